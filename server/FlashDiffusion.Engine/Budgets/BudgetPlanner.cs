using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Forecasts;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Starts;

namespace FlashDiffusion.Engine.Budgets;

/// <summary>
/// Fits a sample into its budget: the longest trajectory from its start that needs no more network calls than allowed and is done in
/// time, behind the work that is already promised and without breaking any of those promises. Device loop only.
/// </summary>
/// <param name="options">Options.</param>
/// <param name="etas">Says when samples will be done.</param>
/// <param name="time">Clock.</param>
internal sealed class BudgetPlanner(EngineOptions options, EtaEstimator etas, TimeProvider time)
{
    /// <summary>Shortens a sample that has not begun, where its budget asks for it; one that goes on from a checkpoint fits as it is or not at all.</summary>
    /// <param name="sample">The sample; not among the others.</param>
    /// <param name="others">Samples under way on its device.</param>
    /// <param name="ask">Asks the solver for a plan.</param>
    /// <returns>Why it can't be run; null if it can.</returns>
    public Failure? Fit(Sample sample, IReadOnlyCollection<Sample> others, Func<SampleSpec, SolverPlan> ask)
    {
        var request = sample.Session.Request;
        if (sample.Resumed is not null)
        {
            // Its plan was made where it began, and stays.
            return request.Deadline is null || InTime(sample, others, etas.Completions(others)) ? null : Refused(sample, others, CutReason.Deadline, ask);
        }

        if (request.Deadline is null && request.MaximumNetworkCalls is null)
        {
            return null;
        }

        var whole = SampleFactory.PlanOf(request, sample.Piece, sample.Start, ask);
        var most = request.MaximumNetworkCalls ?? int.MaxValue;
        var already = etas.Completions(others);
        if (whole.NetworkCalls <= most && InTime(sample, others, already))
        {
            return null;
        }

        var reason = whole.NetworkCalls > most ? CutReason.NetworkCalls : CutReason.Deadline;
        var refused = Refused(sample, others, reason, ask);
        if (request.OnTightDeadline == TightDeadline.Refuse || request.Compatibility == Compatibility.Official)
        {
            return refused;
        }

        var start = StartTimestep(sample);
        var (fits, tooMany) = (0, Math.Min(start + 1, whole.Steps.Length - whole.InversionSteps) + 1);
        while (tooMany - fits > 1)
        {
            var points = (fits + tooMany) / 2;
            var plan = Cut(sample, whole, start, points, reason, ask);
            sample.Replan(plan);
            (fits, tooMany) = plan.Violations.IsEmpty && plan.NetworkCalls <= most && InTime(sample, others, already) ? (points, tooMany) : (fits, points);
        }

        var chosen = Cut(sample, whole, start, Math.Max(1, fits), reason, ask);
        sample.Replan(chosen);
        return fits > 0 ? null : Refused(sample, others, chosen.NetworkCalls > most ? CutReason.NetworkCalls : CutReason.Deadline, ask);
    }

    private static int StartTimestep(Sample sample) =>
        StartGrid.Of(sample.Spec.Schedule, sample.Session.Request.Sampling, sample.Spec.Compatibility).Timesteps[sample.Start.Index];

    private SamplePlan Cut(Sample sample, SamplePlan whole, int start, int points, CutReason reason, Func<SampleSpec, SolverPlan> ask)
    {
        var usual = whole.Steps.Length - whole.InversionSteps;
        var factor = Math.Pow(Math.Max(1, (double)usual / points), options.GuidanceExponent);
        var cut = new TrajectoryCut(LogSnrPoints.Of(sample.Spec.Schedule, start, points), factor, whole.Steps.Length, reason);
        return SampleFactory.PlanOf(sample.Session.Request, sample.Piece, whole.Start with { Cut = cut }, ask);
    }

    private bool InTime(Sample sample, IReadOnlyCollection<Sample> others, Dictionary<long, double> already)
    {
        // Without a deadline of its own it is never refused for another's: what was promised goes first, as before what has no budget at all.
        if (Left(sample) is not { } mine)
        {
            return true;
        }

        var completions = etas.Completions([.. others, sample]);
        if (completions.TryGetValue(sample.Id, out var seconds) && WithMargin(sample, seconds) > mine)
        {
            return false;
        }

        // Whoever would have been in time without it must be in time with it.
        return others.All(other => Left(other) is not { } theirs
            || !completions.TryGetValue(other.Id, out var then)
            || then <= theirs
            || (already.TryGetValue(other.Id, out var before) && before > theirs));
    }

    // The share, and one more step: a deadline is looked at between steps only. A plan without steps has the last decode alone.
    private double WithMargin(Sample sample, double seconds) => seconds * (1 + options.DeadlineMargin + (1.0 / Math.Max(1, sample.RemainingSteps)));

    private double? Left(Sample sample) => sample.Deadline is { } deadline ? (deadline - time.GetUtcNow()).TotalSeconds : null;

    private Failure Refused(Sample sample, IReadOnlyCollection<Sample> others, CutReason reason, Func<SampleSpec, SolverPlan> ask)
    {
        TimeSpan? eta = etas.Completions([.. others, sample]).TryGetValue(sample.Id, out var seconds) ? TimeSpan.FromSeconds(seconds) : null;
        return reason == CutReason.NetworkCalls
            ? new Failure(SessionOutcome.BudgetTooSmall, "BUDGET_TOO_SMALL", $"The reconstruction needs {SampleFactory.PlanOf(sample.Session.Request, sample.Piece, sample.Start, ask).NetworkCalls} network calls and may take {sample.Session.Request.MaximumNetworkCalls}.") { Eta = eta }
            : new Failure(SessionOutcome.DeadlineExceeded, "DEADLINE_TOO_TIGHT", $"With {sample.RemainingSteps} steps the reconstruction would take about {seconds:0.00} s behind the work already promised, longer than its deadline allows.") { Eta = eta };
    }
}
