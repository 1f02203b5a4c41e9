namespace FlashDiffusion.Trainer.Runs;

/// <summary>Where a run says how it goes.</summary>
internal interface IRunReporter
{
    /// <summary>After every step.</summary>
    void Stepped(RunPosition position, double progress, double loss, double samplesPerSecond);

    /// <summary>After every validation.</summary>
    void Validated(RunPosition position, IReadOnlyDictionary<string, double> figures);
}
