using FlashDiffusion.Testing;
using TorchSharp;
using Xunit.Sdk;

namespace FlashDiffusion.Models.Operators.Golden;

/// <summary>Operators in official mode against the research code's numbers, one case a file of the folder.</summary>
public sealed class GoldenOperatorsTests
{
    private const string Folder = "operators";

    private static readonly (string Prefix, Action<OperatorCase> Check)[] Kinds =
    [
        ("apply_fwd_", GoldenApplyForward.Check), ("blur_kernels", GoldenBlur.CheckKernels), ("data_transform_", GoldenDataTransform.Check),
        ("gaussian_blur_", GoldenBlur.Check), ("inpaint_", GoldenMasks.Check), ("kernel_wizard_keys", GoldenKernelWizard.CheckKeys),
        ("kernel_wizard_", GoldenKernelWizard.Check), ("noise_scheduler", GoldenNoiseLevel.Check), ("nonlinear_blur_operator_", GoldenKernelWizard.CheckOperator),
    ];

    public static TheoryData<string> Cases =>
        [.. GoldenFolder.Names(Folder, "").Select(file => file[..^Path.GetExtension(file).Length]).Distinct()];

    [Theory]
    [MemberData(nameof(Cases))]
    public void Operator_GoldenCase_Agrees(string name)
    {
        torch.set_num_threads(1);
        using var scope = torch.NewDisposeScope();
        if (File.Exists(GoldenFolder.File(Folder, name + ".txt")))
        {
            GoldenBlur.CheckTable(GoldenFolder.File(Folder, name + ".txt"));
            return;
        }

        var check = Kinds.FirstOrDefault(kind => name.StartsWith(kind.Prefix, StringComparison.Ordinal)).Check
            ?? throw new XunitException($"{name} is not a kind of case that this class knows.");
        using var golden = OperatorCase.Open(Folder, name);
        check(golden);
    }
}
