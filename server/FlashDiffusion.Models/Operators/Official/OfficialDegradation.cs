using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using FlashDiffusion.Models.Operators.Blur;
using FlashDiffusion.Models.Operators.Denoising;
using FlashDiffusion.Models.Operators.Inpainting;
using FlashDiffusion.Models.Operators.NonlinearBlurNetwork;

namespace FlashDiffusion.Models.Operators.Official;

/// <summary>
/// An operator as the research code configures it: a type, numbers, and how a severity t in [0, 1] chooses among them. Gives the
/// specification of our family in official mode.
/// </summary>
internal sealed class OfficialDegradation
{
    /// <summary>The KernelWizard network's type; its severity is in the kernel code alone, so t is ignored.</summary>
    public const string NonlinearBlur = "nonlinear_blur";

    private const int DefaultImageSize = 256;
    private readonly JsonElement _config;
    private readonly string? _folder;

    /// <param name="config">The configuration, for example {"type": "gaussian_blur", "kernel_size": 61, "max_std": 3.0}.</param>
    /// <param name="folder">Where a schedule named by the configuration lies.</param>
    public OfficialDegradation(JsonElement config, string? folder = null)
    {
        (_config, _folder) = (config.Clone(), folder);
        Type = Text("type") ?? throw new FormatException("The configuration names no type of operator.");
    }

    /// <summary>The research code's name of the operator.</summary>
    public string Type { get; }

    /// <summary>The specification for a severity.</summary>
    /// <param name="t">Severity in [0, 1].</param>
    /// <param name="seed">Seed of a random box or of a kernel code; other types ignore it.</param>
    /// <exception cref="NotSupportedException">A type, schedule or mask that has no counterpart here.</exception>
    public OperatorSpec Spec(float t, ulong seed = 0) => Type switch
    {
        "gaussian_blur" => Blur(BlurStd(t)),
        "inpainting" => Inpainting(Mask(Text("scheduling") == "fixed" ? 1f : t, seed)),
        "denoising" or "identity" => new OperatorSpec(DenoisingFamily.Name, ParameterSet.Empty) { Compatibility = Compatibility.Official },
        NonlinearBlur => new OperatorSpec(NetworkBlurFamily.Name, Resolve(NetworkBlurFamily.Parameters, [])) { Compatibility = Compatibility.Official, Seed = seed },
        _ => throw new NotSupportedException($"The operator '{Type}' has no counterpart."),
    };

    /// <summary>Width of the blur for a severity, in pixels.</summary>
    /// <param name="t">Severity in [0, 1].</param>
    public double BlurStd(float t) => Text("scheduling") switch
    {
        "linear" or null => OfficialBlurLevel.Linear(t, Number("max_std")),
        "fixed" => Number("max_std"),
        "from_file" => OfficialBlurLevel.FromTable(t, ReadTable(Path.Combine(_folder ?? "", Text("schedule_path") ?? ""))),
        var other => throw new NotSupportedException($"The schedule '{other}' has no counterpart."),
    };

    /// <summary>The mask for a severity.</summary>
    /// <param name="t">Severity in [0, 1].</param>
    /// <param name="seed">Seed of a random box; other types ignore it.</param>
    public OperatorMask Mask(float t, ulong seed)
    {
        var n = _config.TryGetProperty("img_size", out var size) ? size.GetInt32() : DefaultImageSize;
        return Text("mask_type") switch
        {
            "box" => OfficialMasks.Box(n, t, (int)Number("box_size")),
            "gaussian" => OfficialMasks.Gaussian(n, t, Number("mask_min_std"), Number("mask_max_std"), Number("mask_pow")),
            "random" => OfficialMasks.Random(n, t, Number("mask_min_ratio"), Number("mask_max_ratio")),
            "random_box" => OfficialMasks.RandomBox(n, t, seed, Pair("box_min_size"), Pair("box_max_size")),
            var other => throw new NotSupportedException($"The mask '{other}' has no counterpart."),
        };
    }

    private static ImmutableArray<(double Severity, double Std)> ReadTable(string path) =>
        [.. File.ReadLines(path).Where(line => line.Length > 0).Select(line =>
        {
            var parts = line.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            return (double.Parse(parts[0], CultureInfo.InvariantCulture), double.Parse(parts[1], CultureInfo.InvariantCulture));
        })];

    private static ParameterSet Resolve(IReadOnlyList<ParameterDescriptor> descriptors, Dictionary<string, ParameterValue> values)
    {
        List<FieldViolation> violations = [];
        var parameters = ParameterSet.Resolve(descriptors, values, "parameters", violations);
        return violations.Count == 0 ? parameters : throw new FormatException(string.Join(" ", violations.Select(v => v.Description)));
    }

    private OperatorSpec Blur(double std)
    {
        var parameters = Resolve(new GaussianBlurFamily().Descriptor.Parameters, new()
        {
            [GaussianBlurFamily.Std] = ParameterValue.Of(std),
            [GaussianBlurFamily.KernelSize] = ParameterValue.Of(Number("kernel_size")),
        });
        return new OperatorSpec(GaussianBlurFamily.Name, parameters) { Compatibility = Compatibility.Official };
    }

    private static OperatorSpec Inpainting(OperatorMask mask)
    {
        var parameters = Resolve(new InpaintingFamily().Descriptor.Parameters, new() { [InpaintingFamily.MaskType] = ParameterValue.Of(InpaintingFamily.UserMask) });
        return new OperatorSpec(InpaintingFamily.Name, parameters) { Compatibility = Compatibility.Official, Mask = mask };
    }

    private string? Text(string name) => _config.TryGetProperty(name, out var value) ? value.GetString() : null;

    private double Number(string name) =>
        _config.TryGetProperty(name, out var value) ? value.GetDouble() : throw new FormatException($"The configuration of '{Type}' lacks '{name}'.");

    private (double First, double Second) Pair(string name) =>
        _config.TryGetProperty(name, out var value) && value.GetArrayLength() == 2
            ? (value[0].GetDouble(), value[1].GetDouble())
            : throw new FormatException($"The configuration of '{Type}' lacks the pair '{name}'.");
}
