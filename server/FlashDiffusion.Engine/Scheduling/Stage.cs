namespace FlashDiffusion.Engine.Scheduling;

/// <summary>Kinds of work on the device.</summary>
internal enum Stage
{
    /// <summary>One look of a severity encoder.</summary>
    Severity,

    /// <summary>One step of a solver, or of DDIM inversion.</summary>
    Step,

    /// <summary>The last decode.</summary>
    Decode,
}
