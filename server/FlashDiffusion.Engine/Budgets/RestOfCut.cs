using System.Collections.Immutable;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Starts;

namespace FlashDiffusion.Engine.Budgets;

/// <summary>The rest of a trajectory that a deadline has shortened and shortens again: the points that were taken stay, those that are left are spread anew. Pure.</summary>
internal static class RestOfCut
{
    /// <summary>
    /// Whether what is left of a sample may be shortened. Whoever was not told of it when it was accepted gets what it was promised, or nothing, and what goes on from a checkpoint
    /// as it was planned where it began. Only steps that are moves of the trajectory, one each, are others where that is.
    /// </summary>
    /// <param name="sample">The sample.</param>
    public static bool MayShorten(Sample sample) =>
        sample is { Start: { Cut.Reason: CutReason.Deadline, Inverts: false }, CallsOfStep: 0, Resumed: null, Session.Request.OnTightDeadline: TightDeadline.Shorten }
        && sample.Steps.Length == sample.Start.Cut!.Trajectory.Length && PointsLeft(sample) > 1;

    /// <summary>Points of its trajectory that a sample has not left yet.</summary>
    public static int PointsLeft(Sample sample) => sample.Start.Cut!.Trajectory.Length - sample.StepIndex;

    /// <summary>The start of a sample with fewer points left.</summary>
    /// <param name="start">Its start, as planned by now.</param>
    /// <param name="sample">The sample.</param>
    /// <param name="points">Points that are left, at least the one that it stands on.</param>
    public static StartDecision Of(StartDecision start, Sample sample, int points)
    {
        var cut = start.Cut!;
        var (left, taken) = (cut.Trajectory[..^sample.StepIndex], cut.Trajectory[^sample.StepIndex..]);
        ImmutableArray<int> trajectory = [.. LogSnrPoints.Of(sample.Spec.Schedule, left[^1], points), .. taken];

        // The strengths stay: those of steps that were taken can't be changed any more, and a plan has one factor for all.
        return start with { Cut = cut with { Trajectory = trajectory, Share = cut.Share * trajectory.Length / cut.Trajectory.Length } };
    }

    /// <summary>Whether a plan goes on where a sample stands: with the steps that it has taken.</summary>
    public static bool GoesOn(Sample sample, SamplePlan plan) =>
        plan.Violations.IsEmpty && plan.Steps.Length == plan.Start.Cut!.Trajectory.Length
        && plan.Steps.AsSpan(0, sample.StepIndex).SequenceEqual(sample.Steps.AsSpan(0, sample.StepIndex));
}
