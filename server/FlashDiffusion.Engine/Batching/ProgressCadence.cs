using FlashDiffusion.Engine.Samples;

namespace FlashDiffusion.Engine.Batching;

/// <summary>When a sample shows where it stands.</summary>
internal static class ProgressCadence
{
    private const int DefaultEvents = 20;

    /// <summary>Whether the step that just became complete is shown, and anybody would see it.</summary>
    /// <param name="sample">The sample after the step.</param>
    public static bool IsDue(Sample sample)
    {
        var every = sample.Session.Request.Progress.EverySteps;
        if (every <= 0)
        {
            every = Math.Max(1, (sample.Steps.Length + DefaultEvents - 1) / DefaultEvents);
        }

        return (sample.StepIndex % every == 0 || sample.RemainingSteps == 0)
            && !sample.Session.IsCancelled
            && sample.Session.Events.IsWanted;
    }
}
