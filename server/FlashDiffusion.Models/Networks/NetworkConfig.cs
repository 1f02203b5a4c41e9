using System.Text.Json;
using System.Text.Json.Serialization;

namespace FlashDiffusion.Models.Networks;

/// <summary>One <c>{target, params}</c> node of a CompVis configuration: a class name and its constructor's arguments.</summary>
internal sealed record NetworkConfig(string Target, JsonElement Params)
{
    private static readonly JsonSerializerOptions Options = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
    };

    /// <summary>The last part of <see cref="Target"/>: <c>UNetModel</c>, <c>AutoencoderKL</c>, <c>VQModel</c>, <c>VQModelInterface</c>.</summary>
    [JsonIgnore]
    public string ClassName => Target[(Target.LastIndexOf('.') + 1)..];

    public static NetworkConfig Parse(JsonElement node)
    {
        if (node.ValueKind != JsonValueKind.Object || !node.TryGetProperty("target", out var target) || target.ValueKind != JsonValueKind.String)
        {
            throw new NetworkConfigException("A network configuration is an object with a 'target' and 'params'.");
        }

        if (!node.TryGetProperty("params", out var parameters) || parameters.ValueKind != JsonValueKind.Object)
        {
            throw new NetworkConfigException($"The configuration of {target.GetString()} has no 'params' object.");
        }

        return new NetworkConfig(target.GetString()!, parameters.Clone());
    }

    public static NetworkConfig Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return Parse(document.RootElement);
    }

    /// <summary>The configuration of a UNet, as it would stand in a published file.</summary>
    public static NetworkConfig Of(UNetConfig config)
        => new("ldm.modules.diffusionmodules.openaimodel.UNetModel", JsonSerializer.SerializeToElement(config, Options));

    /// <summary>The configuration of an autoencoder, as it would stand in a published file.</summary>
    public static NetworkConfig Of(FirstStageConfig config)
        => new("ldm.models.autoencoder." + (config.NEmbed is null ? "AutoencoderKL" : "VQModelInterface"), JsonSerializer.SerializeToElement(config, Options));

    /// <summary>Reads <see cref="Params"/> into a record whose members carry the published names in Pascal case.</summary>
    public T Read<T>()
        where T : class
    {
        try
        {
            return Params.Deserialize<T>(Options) ?? throw new NetworkConfigException($"The 'params' of {Target} are null.");
        }
        catch (JsonException exception)
        {
            throw new NetworkConfigException($"The 'params' of {Target} are not understood: {exception.Message}", exception);
        }
    }
}
