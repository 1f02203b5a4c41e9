using FlashDiffusion.Testing;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Tests.Golden;

/// <summary>Every case of the golden <c>training</c> folder in official mode, recognised by the prefix of its name.</summary>
public class GoldenTrainingTests
{
    public static TheoryData<string> Cases => GoldenFolder.Cases(TrainingCase.Folder, ".safetensors");

    [Theory]
    [MemberData(nameof(Cases))]
    public void Training_GoldenCase_GivesReferenceNumbers(string name)
    {
        set_num_threads(1);
        using var scope = NewDisposeScope();
        using var golden = new TrainingCase(name);
        Action<TrainingCase> check = name switch
        {
            _ when name.StartsWith("sev_loss_", StringComparison.Ordinal) => GoldenSeverityLoss.Check,
            _ when name.StartsWith("p_losses_", StringComparison.Ordinal) => GoldenNoiseLoss.Check,
            _ when name.StartsWith("eval_ordering_", StringComparison.Ordinal) => GoldenOrdering.Check,
            _ => throw new InvalidDataException($"'{name}' is of no kind that this test knows."),
        };
        check(golden);
    }
}
