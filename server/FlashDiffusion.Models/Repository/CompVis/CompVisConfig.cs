using System.Text.Json;
using System.Text.Json.Nodes;
using FlashDiffusion.Models.Networks;

namespace FlashDiffusion.Models.Repository.CompVis;

/// <summary>What a published <c>config.yaml</c> says of a latent diffusion model, under its published names and with their defaults.</summary>
internal sealed record CompVisConfig
{
    private const string ClassName = "LatentDiffusion";
    private const string Unconditional = "__is_unconditional__";

    /// <summary>Published configuration of the autoencoder.</summary>
    public required NetworkConfig FirstStage { get; init; }

    /// <summary>Published configuration of the diffusion network.</summary>
    public required NetworkConfig Unet { get; init; }

    public required ScheduleManifest Schedule { get; init; }

    public required double ScaleFactor { get; init; }

    /// <summary>Whether the factor was measured in training and stands in the checkpoint.</summary>
    public required bool ScaleByStd { get; init; }

    public required Parameterization Parameterization { get; init; }

    /// <summary>Whether sampling uses the moving averages of the weights.</summary>
    public required bool UseEma { get; init; }

    /// <summary>Side of the latents that it was trained on.</summary>
    public required int ImageSize { get; init; }

    /// <exception cref="ModelRepositoryException">It is no latent diffusion model that can be served.</exception>
    public static CompVisConfig Parse(JsonElement document)
    {
        try
        {
            return Read(document.ValueKind == JsonValueKind.Object ? JsonObject.Create(document)! : throw new FormatException("it holds no mapping"));
        }
        catch (Exception exception) when (exception is FormatException or InvalidOperationException or NetworkConfigException or JsonException or OverflowException)
        {
            throw new ModelRepositoryException($"{CompVisFolder.ConfigName} is not understood: {exception.Message}", exception);
        }
    }

    private static CompVisConfig Read(JsonObject document)
    {
        var model = Object(document, "model");
        var target = (string?)model["target"] ?? throw new FormatException("model.target is missing");
        if (target[(target.LastIndexOf('.') + 1)..] != ClassName)
        {
            throw new FormatException($"model.target is '{target}'; only a whole {ClassName}, with its autoencoder, can be served");
        }

        var parameters = Object(model, "params");
        RequireUnconditional(parameters);
        return new CompVisConfig
        {
            FirstStage = Network(parameters, "first_stage_config"),
            Unet = Network(parameters, "unet_config"),
            Schedule = new ScheduleManifest
            {
                Timesteps = (int?)parameters["timesteps"] ?? 1000,
                LinearStart = Number(parameters, "linear_start") ?? 1e-4,
                LinearEnd = Number(parameters, "linear_end") ?? 2e-2,
                BetaSchedule = (string?)parameters["beta_schedule"] ?? "linear",
            },
            ScaleFactor = Number(parameters, "scale_factor") ?? 1,
            ScaleByStd = (bool?)parameters["scale_by_std"] ?? false,
            Parameterization = ParameterizationOf((string?)parameters["parameterization"] ?? "eps"),
            UseEma = (bool?)parameters["use_ema"] ?? true,
            ImageSize = parameters["image_size"] switch
            {
                null => 256,
                JsonArray { Count: > 0 } sides => sides.Max(side => (int)side!),
                var side => (int)side,
            },
        };
    }

    private static void RequireUnconditional(JsonObject parameters)
    {
        var stage = parameters["cond_stage_config"];
        if (stage is not null && !(stage is JsonValue value && value.TryGetValue<string>(out var word) && word == Unconditional))
        {
            throw new FormatException($"cond_stage_config is not {Unconditional}: a model that wants to be told what the picture shows can't be served");
        }

        if ((Number(parameters, "v_posterior") ?? 0) != 0)
        {
            throw new FormatException("v_posterior other than 0 is not supported");
        }
    }

    private static Parameterization ParameterizationOf(string name) => name switch
    {
        "eps" => Parameterization.Noise,
        "x0" => Parameterization.CleanLatent,
        "v" => Parameterization.Velocity,
        _ => throw new FormatException($"parameterization is '{name}'; 'eps', 'x0' and 'v' are known"),
    };

    private static NetworkConfig Network(JsonObject parameters, string name) => NetworkConfig.Parse(JsonSerializer.SerializeToElement(Object(parameters, name)));

    private static JsonObject Object(JsonObject parent, string name) => parent[name] as JsonObject ?? throw new FormatException($"'{name}' is missing, or no mapping");

    private static double? Number(JsonObject parent, string name) => (double?)parent[name];
}
