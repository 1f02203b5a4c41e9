using System.Text.Json;
using FlashDiffusion.Models.Operators.Official;

namespace FlashDiffusion.Trainer.Evaluation.Paper;

/// <summary>One cell of the paper's tables (arXiv 2309.06642): a task on a dataset, by the name of its presets.</summary>
/// <param name="Name">Task and dataset, for example <c>gaussian_blur_varying_ffhq</c>.</param>
/// <param name="Operator">The research code's configuration of the operator.</param>
internal sealed record PaperCell(string Name, string Operator)
{
    private const string VaryingBlur = """{"type": "gaussian_blur", "kernel_size": 61, "scheduling": "linear", "max_std": 3.0}""";
    private const string FixedBlur = """{"type": "gaussian_blur", "kernel_size": 61, "scheduling": "fixed", "max_std": 3.0}""";
    private const string Inpainting = """{"type": "inpainting", "mask_type": "random", "mask_min_ratio": 0.2, "mask_max_ratio": 1.0, "img_size": SIDE}""";

    private const string NonlinearBlur = """{"type": "nonlinear_blur"}""";

    /// <summary>The tables' cells; those of nonlinear blur need the blur network's weights, which are the user's own.</summary>
    public static IReadOnlyList<PaperCell> All { get; } =
    [
        new("gaussian_blur_varying_ffhq", VaryingBlur), new("gaussian_blur_varying_lsun", VaryingBlur),
        new("gaussian_blur_fixed_ffhq", FixedBlur), new("gaussian_blur_fixed_lsun", FixedBlur),
        new("nonlinear_blur_ffhq", NonlinearBlur), new("nonlinear_blur_lsun", NonlinearBlur),
        new("random_inpainting_ffhq", Inpainting), new("random_inpainting_lsun", Inpainting),
    ];

    /// <summary>Whether the cell needs the weights of the KernelWizard network.</summary>
    public bool NeedsBlurNetwork => Operator == NonlinearBlur;

    /// <summary>Noise of all tasks: standard deviation 0.05 on [0,1], whatever the severity.</summary>
    public static OfficialNoiseLevel Noise { get; } = new(0.05, 0.05);

    /// <summary>The operator for pictures of a size.</summary>
    public OfficialDegradation Degradation(int side)
    {
        using var document = JsonDocument.Parse(Operator.Replace("SIDE", side.ToString(System.Globalization.CultureInfo.InvariantCulture), StringComparison.Ordinal));
        return new OfficialDegradation(document.RootElement);
    }
}
