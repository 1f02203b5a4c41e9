using FlashDiffusion.Trainer.Runs;

namespace FlashDiffusion.Trainer.Tests.Runs;

internal sealed class SilentReporter : IRunReporter
{
    public void Stepped(RunPosition position, double progress, double loss, double samplesPerSecond)
    {
    }

    public void Validated(RunPosition position, IReadOnlyDictionary<string, double> figures)
    {
    }
}
