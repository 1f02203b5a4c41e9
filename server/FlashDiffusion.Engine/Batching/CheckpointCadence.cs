using FlashDiffusion.Engine.Samples;

namespace FlashDiffusion.Engine.Batching;

/// <summary>When a sample's state is copied for a later resume.</summary>
internal static class CheckpointCadence
{
    /// <summary>Whether the step that just became complete is saved, and anybody would receive it.</summary>
    /// <param name="sample">The sample after the step.</param>
    public static bool IsDue(Sample sample) =>
        sample.Session.Request.Progress.CheckpointEverySteps is > 0 and var every
        && sample.StepIndex % every == 0
        && !sample.Session.IsCancelled
        && sample.Session.Events.IsWanted;
}
