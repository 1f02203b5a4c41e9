using FlashDiffusion.V1;

namespace FlashDiffusion.Cli.Display;

/// <summary>Is told what happens in a reconstruction.</summary>
internal interface IReconstructionWatcher
{
    /// <summary>What will be done is known.</summary>
    void Accepted(Accepted accepted);

    /// <summary>Steps were done.</summary>
    void Stepped(StepReport report);
}
