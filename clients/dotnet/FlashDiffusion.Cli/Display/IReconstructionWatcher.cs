using FlashDiffusion.Client;
using FlashDiffusion.V1;

namespace FlashDiffusion.Cli.Display;

/// <summary>Is told what happens in a reconstruction.</summary>
internal interface IReconstructionWatcher
{
    /// <summary>What will be done is known; also what will be done instead, where it begins again with another plan.</summary>
    void Accepted(Accepted accepted);

    /// <summary>Steps were done.</summary>
    void Stepped(StepReport report, Progress progress);

    /// <summary>A stream broke, and it goes on.</summary>
    void Resumed(ReconstructionResumed resumed);

    /// <summary>It is over, one way or another.</summary>
    void Ended();
}
