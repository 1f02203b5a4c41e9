using System.Text.Json;
using FlashDiffusion.Models.Checkpoints;
using FlashDiffusion.Models.Operators.Blur;
using FlashDiffusion.Models.Operators.Denoising;
using FlashDiffusion.Models.Operators.Inpainting;
using FlashDiffusion.Models.Operators.NonlinearBlurNetwork;

namespace FlashDiffusion.Models.Repository.CompVis;

/// <summary>What a published severity encoder was trained on, in the names of our operator families.</summary>
/// <param name="Operator">Operator family.</param>
/// <param name="Ranges">Smallest and largest value in training, by parameter.</param>
/// <param name="Choices">Words of the operator's choices in training, by parameter.</param>
internal sealed record OfficialTraining(
    string Operator, IReadOnlyDictionary<string, IReadOnlyList<double>> Ranges, IReadOnlyDictionary<string, IReadOnlyList<string>> Choices)
{
    private const string NoiseStd = "noise_std";
    private const double SmallestBlur = 0.3;

    /// <param name="operatorConfig">The research code's <c>operator_config</c>.</param>
    /// <param name="noiseConfig">Its <c>noise_config</c>; null values are left open.</param>
    /// <exception cref="CheckpointException">The operator's type is missing.</exception>
    public static OfficialTraining Of(JsonElement operatorConfig, JsonElement noiseConfig)
    {
        var ranges = new Dictionary<string, IReadOnlyList<double>>();
        var choices = new Dictionary<string, IReadOnlyList<string>>();
        if (Number(noiseConfig, "sigma_min") is { } quietest && Number(noiseConfig, "sigma_max") is { } loudest)
        {
            ranges[NoiseStd] = [quietest, loudest];
        }

        var type = Text(operatorConfig, "type") ?? throw new CheckpointException("The severity encoder's operator_config names no type.");
        switch (type)
        {
            case "gaussian_blur":
                AddBlur(operatorConfig, ranges);
                return new OfficialTraining(GaussianBlurFamily.Name, ranges, choices);
            case "inpainting":
                AddMask(operatorConfig, ranges, choices);
                return new OfficialTraining(InpaintingFamily.Name, ranges, choices);
            case "denoising" or "identity":
                return new OfficialTraining(DenoisingFamily.Name, ranges, choices);
            case "nonlinear_blur":
                return new OfficialTraining(NetworkBlurFamily.Name, ranges, choices);
            default:
                return new OfficialTraining(type, ranges, choices);
        }
    }

    private static void AddBlur(JsonElement config, Dictionary<string, IReadOnlyList<double>> ranges)
    {
        if (Number(config, "kernel_size") is { } size)
        {
            ranges[GaussianBlurFamily.KernelSize] = [size, size];
        }

        // A table of widths lies in a file of its own, which the checkpoint does not hold.
        if (Number(config, "max_std") is { } widest && Text(config, "scheduling") != "from_file")
        {
            ranges[GaussianBlurFamily.Std] = [Text(config, "scheduling") == "fixed" ? widest : SmallestBlur, widest];
        }
    }

    private static void AddMask(JsonElement config, Dictionary<string, IReadOnlyList<double>> ranges, Dictionary<string, IReadOnlyList<string>> choices)
    {
        switch (Text(config, "mask_type"))
        {
            case "random":
                choices[InpaintingFamily.MaskType] = [InpaintingFamily.RandomMask];
                if (Number(config, "mask_min_ratio") is { } fewest && Number(config, "mask_max_ratio") is { } most)
                {
                    ranges[InpaintingFamily.Removed] = [1 - most, 1 - fewest];
                }

                break;
            case "box":
                choices[InpaintingFamily.MaskType] = [InpaintingFamily.BoxMask];
                break;
            default:
                choices[InpaintingFamily.MaskType] = [InpaintingFamily.UserMask];
                break;
        }
    }

    private static string? Text(JsonElement node, string name)
        => node.ValueKind == JsonValueKind.Object && node.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static double? Number(JsonElement node, string name)
        => node.ValueKind == JsonValueKind.Object && node.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
}
