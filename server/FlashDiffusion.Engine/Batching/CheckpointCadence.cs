using FlashDiffusion.Engine.Samples;

namespace FlashDiffusion.Engine.Batching;

/// <summary>When a sample's state is copied for a later resume.</summary>
internal static class CheckpointCadence
{
    /// <summary>Age from which the newest state is copied after a step: beside so long steps a copy costs nothing, and a hand-off or a hang loses no more of them.</summary>
    private static readonly TimeSpan Old = TimeSpan.FromSeconds(1);

    /// <summary>Whether the state after the step that just became complete is kept here, be it sent or not.</summary>
    /// <param name="sample">The sample after the step.</param>
    public static bool IsKept(Sample sample) =>
        IsDue(sample) || (sample.Session.Request.Progress.CheckpointEverySteps > 0 && !sample.Session.IsCancelled && sample.Session.Since(sample.LastCheckpointAt) >= Old);

    /// <summary>Whether the step that just became complete is saved, and anybody would receive it.</summary>
    /// <param name="sample">The sample after the step.</param>
    public static bool IsDue(Sample sample) =>
        sample.Session.Request.Progress.CheckpointEverySteps is > 0 and var every
        && sample.StepIndex % every == 0
        && !sample.Session.IsCancelled
        && sample.Session.Events.IsWanted;
}
