using System.Globalization;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Forecasts;
using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Engine.Probes;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Starts;

namespace FlashDiffusion.Engine.Budgets;

/// <summary>
/// Fits a sample into its budget: the longest trajectory from its start that needs no more network calls than allowed and is done in
/// time, behind the work that is already promised and without breaking any of those promises; of those that came before it and wait to be looked at, the least is as good as promised. Work without a deadline was promised nothing and waits
/// where it must. Device loop only.
/// </summary>
/// <param name="options">Options.</param>
/// <param name="etas">Says when samples will be done.</param>
/// <param name="promises">Says what can be promised.</param>
internal sealed class BudgetPlanner(EngineOptions options, EtaEstimator etas, PromiseKeeper promises)
{
    private const int LengthsTried = 12;

    /// <summary>The least that a request with a look takes, in words.</summary>
    public const string LookAndStep = "The look at the measurement, one step and the last decode";

    /// <summary>The same of one that needs no look.</summary>
    public const string OneStep = "With a single step the reconstruction";

    /// <summary>How often a look's deadline is set further away that is not far enough.</summary>
    private const int Tries = 3;

    /// <summary>
    /// Whether a request is in time for anything at all: behind the looks of those with earlier deadlines, with its own, a last decode, the margin, and what
    /// was promised before and can't wait for these looks, with the chance that a promise would keep; and whether those that came before it still are, though it is looked at first.
    /// </summary>
    /// <param name="probe">Its look.</param>
    /// <param name="scheduler">Work that waits.</param>
    /// <returns>Why it can't be run; null if it may.</returns>
    public Failure? FitLook(SeverityProbe probe, LaneScheduler scheduler)
    {
        SeverityProbe[] waiting = [.. scheduler.Work.OfType<SeverityProbe>().Where(other => other.DueAt is not null && other != probe)];
        Sample[] samples = [.. scheduler.Work.OfType<Sample>()];
        if (Least(probe, waiting, samples) is not { } seconds)
        {
            return null;
        }

        // Without it even chance may be on their side; with it chance may not be against them.
        SeverityProbe[] overtaken =
        [
            .. waiting.Where(other => other.Id < probe.Id && IsBefore(probe, other)).Where(other =>
                !IsInMargin(other, Least(other, [.. waiting, probe], samples) + promises.LeastSteps(other), promises.Chance(other))
                && IsInMargin(other, Least(other, waiting, samples) + promises.LeastSteps(other))),
        ];
        return IsInTime(probe, seconds) && overtaken.Length == 0 ? null : TooTight(Needs(probe, waiting, overtaken, samples), LookAndStep);
    }

    /// <summary>Whether a look that has waited has no time left for anything, even if it were next.</summary>
    public bool IsLost(SeverityProbe probe) =>
        promises.Left(probe) is { } left
        && etas.UnitSeconds(probe.Lane, 1) is { } look
        && (look + (etas.DecodeSeconds(probe.StepLane) ?? 0)) * (1 + options.DeadlineMargin) >= left;

    /// <summary>Shortens a sample that has not begun, where its budget asks for it; one that goes on from a checkpoint fits as it is or not at all.</summary>
    /// <param name="sample">The sample; not among the others.</param>
    /// <param name="others">Samples under way on its device.</param>
    /// <param name="looks">Looks that wait there.</param>
    /// <param name="ask">Asks the solver for a plan.</param>
    /// <returns>Why it can't be run; null if it can.</returns>
    public Failure? Fit(Sample sample, IReadOnlyCollection<Sample> others, IReadOnlyCollection<SeverityProbe> looks, Func<SampleSpec, SolverPlan> ask)
    {
        var request = sample.Session.Request;
        if (sample.Resumed is not null)
        {
            // Its plan was made where it began, and stays: of the calls those count that are left of it.
            var left = sample.Steps.Skip(sample.StepIndex).Sum(step => step.Cost.UNetForward);
            return left > request.MaximumNetworkCalls ? TooFewCalls(sample, others, $"The rest of the reconstruction needs {left} network calls and may take {request.MaximumNetworkCalls}, and what goes on from a checkpoint is never shortened: allow as many, or begin again without it.")
                : InTime(sample, others, looks) ? null : Refused(sample, others, looks, CutReason.Deadline, ask);
        }

        if (request.Deadline is null && request.MaximumNetworkCalls is null)
        {
            return null;
        }

        var whole = SampleFactory.PlanOf(request, sample.Piece, sample.Start, ask);
        var most = request.MaximumNetworkCalls ?? int.MaxValue;
        if (whole.NetworkCalls <= most && InTime(sample, others, looks))
        {
            return null;
        }

        var reason = whole.NetworkCalls > most ? CutReason.NetworkCalls : CutReason.Deadline;
        if (request.OnTightDeadline == TightDeadline.Refuse || request.Compatibility == Compatibility.Official)
        {
            return Refused(sample, others, looks, reason, ask);
        }

        var start = StartTimestep(sample);
        var units = CutUnits.Of(whole);
        var (fits, tooMany) = (0, units.Whole + 1);
        while (tooMany - fits > 1)
        {
            var left = fits + ((tooMany - fits) / 2);
            var plan = Cut(sample, whole, start, units, left, reason, ask);
            sample.Replan(plan);
            (fits, tooMany) = plan.Violations.IsEmpty && plan.NetworkCalls <= most && InTime(sample, others, looks) ? (left, tooMany) : (fits, left);
        }

        var chosen = Cut(sample, whole, start, units, Math.Max(1, fits), reason, ask);
        if (!chosen.Violations.IsEmpty)
        {
            // The solver takes no shorter plan.
            sample.Replan(whole);
            return Refused(sample, others, looks, reason, ask);
        }

        sample.Replan(chosen);
        return fits > 0 ? null : Refused(sample, others, looks, chosen.NetworkCalls > most ? CutReason.NetworkCalls : CutReason.Deadline, ask);
    }

    /// <summary>
    /// Shortens what is left of a sample whose deadline has shortened it before, where the device has become slower than it was then: what it has done stays done.
    /// </summary>
    /// <param name="sample">The sample, between two steps; not among the others.</param>
    /// <param name="others">Samples under way on its device.</param>
    /// <param name="ask">Asks the solver for a plan.</param>
    /// <returns>Whether it was: neither if nothing shorter is in time, nor of a solver that throws or whose steps until now would have been others.</returns>
    public bool Shorten(Sample sample, IReadOnlyCollection<Sample> others, Func<SampleSpec, SolverPlan> ask)
    {
        SamplePlan now = new(sample.Start, sample.Spec, sample.Steps, sample.InversionSteps, []);
        var schedule = promises.Forget(sample.Id);
        SamplePlan? best = null;
        try
        {
            var (fits, tooMany) = (0, RestOfCut.PointsLeft(sample));
            while (tooMany - fits > 1 && Rest(now, sample, fits + ((tooMany - fits) / 2), fits, ask) is { } plan)
            {
                sample.Replan(plan);
                var points = RestOfCut.PointsLeft(sample);
                (best, fits, tooMany) = promises.IsInTime(sample, others) ? (plan, points, tooMany) : (best, fits, points);
            }
        }
        catch (PartFailedException)
        {
            // Of a solver that can't say how it would go on no plan is taken that was only tried.
            best = null;
        }

        sample.Replan(best ?? now);
        if (best is null)
        {
            promises.Restore(schedule);
        }

        return best is not null;
    }

    // Of solvers that do something else at every so many moves, counted from the last, only some lengths go on.
    private static SamplePlan? Rest(SamplePlan now, Sample sample, int points, int above, Func<SampleSpec, SolverPlan> ask)
    {
        for (var left = points; left > Math.Max(above, points - LengthsTried); left--)
        {
            var plan = SampleFactory.PlanOf(sample.Session.Request, sample.Piece, RestOfCut.Of(now.Start, sample, left), ask);
            if (RestOfCut.GoesOn(sample, plan))
            {
                return plan;
            }
        }

        return null;
    }

    /// <summary>A refusal that says what would do.</summary>
    /// <param name="seconds">How far away the deadline would have to be; rounded up, so that whoever comes again with that has it.</param>
    /// <param name="what">What has to be done until then.</param>
    public static Failure TooTight(double seconds, string what) => new(
        SessionOutcome.DeadlineExceeded,
        "DEADLINE_TOO_TIGHT",
        string.Create(CultureInfo.InvariantCulture, $"{what}, behind the work already promised and with the margin for slower steps, would be done in {Math.Ceiling(seconds * 100) / 100:0.00} s at the latest: the deadline is sooner."))
    {
        Eta = TimeSpan.FromMilliseconds(Math.Floor(seconds * 1000) + 1),
    };

    // How far away the deadline of one that is not looked at would have to be: whoever is due before that is looked at before it, and whom it would cost the least goes before it too.
    private double Needs(SeverityProbe probe, SeverityProbe[] waiting, SeverityProbe[] overtaken, Sample[] samples)
    {
        var (needs, before) = (overtaken.Select(other => promises.Left(other)!.Value).DefaultIfEmpty(0).Max(), -1.0);
        for (var tries = 0; needs > before && tries <= Tries; tries++)
        {
            before = tries < Tries ? needs : double.PositiveInfinity;
            needs = Math.Max(needs, promises.Latest(probe, Least(probe, waiting, samples, promises.LeastSteps(probe), before)!.Value));
        }

        return needs;
    }

    // Seconds until its last decode would be done if it took no step, or so many seconds of steps; null if nobody knows. Looks of those who are due so soon come before it in any case.
    private double? Least(SeverityProbe probe, IReadOnlyCollection<SeverityProbe> waiting, Sample[] samples, double steps = 0, double soon = -1)
    {
        if (promises.Left(probe) is null || etas.UnitSeconds(probe.Lane, 1) is not { } looks)
        {
            return null;
        }

        foreach (var lane in waiting.Where(other => IsBefore(other, probe) || promises.Left(other) <= soon).GroupBy(other => other.Lane))
        {
            // Its own takes the first row that they leave.
            var units = lane.Key == probe.Lane ? lane.Count() / options.SeverityBatch : (lane.Count() + options.SeverityBatch - 1) / options.SeverityBatch;
            looks += units * (etas.UnitSeconds(lane.Key, options.SeverityBatch) ?? 0);
        }

        looks += promises.Debt + steps;
        return promises.Wait(looks, samples) + looks + (etas.DecodeSeconds(probe.StepLane) ?? 0);
    }

    // By the chance of the decode, which follows the look in any case: only that is promised, until then nobody knows how much of the wait is over sooner, and of which kind the steps are.
    private bool IsInTime(SeverityProbe probe, double? seconds) =>
        (etas.DecodeSeconds(probe.StepLane) ?? 0) is var decode && IsInMargin(probe, seconds, etas.Pace.Chance(decode, decode));

    private bool IsInMargin(SeverityProbe probe, double? seconds, double chance = 0) => (seconds * (1 + options.DeadlineMargin)) + chance < promises.Left(probe);

    private static bool IsBefore(SeverityProbe other, SeverityProbe probe) =>
        other.DueAt < probe.DueAt || (other.DueAt == probe.DueAt && other.Id < probe.Id);

    private static int StartTimestep(Sample sample) =>
        StartGrid.Of(sample.Spec.Schedule, sample.Session.Request.Sampling, sample.Spec.Compatibility).Timesteps[sample.Start.Index];

    private SamplePlan Cut(Sample sample, SamplePlan whole, int start, CutUnits units, int left, CutReason reason, Func<SampleSpec, SolverPlan> ask)
    {
        var request = sample.Session.Request;
        var points = units.PointsOf(left);
        var factor = request.Solver.Descriptor.Parameters.Any(parameter => parameter.PerStep)
            ? Math.Pow(Math.Max(1, (sample.Start.Index + 1.0) / points), options.GuidanceExponent ?? request.GuidanceExponent ?? 0)
            : 1;
        var cut = new TrajectoryCut(LogSnrPoints.Of(sample.Spec.Schedule, start, points), units.ShareOf(left), factor, whole.Steps.Length, reason);
        return SampleFactory.PlanOf(request, sample.Piece, whole.Start with { Cut = cut }, ask);
    }

    // Without a deadline of its own it is never refused for another's: what was promised goes first, and it waits.
    private bool InTime(Sample sample, IReadOnlyCollection<Sample> others, IReadOnlyCollection<SeverityProbe> looks)
    {
        if (sample.DueAt is null)
        {
            return true;
        }

        return promises.Promise(sample, others, looks);
    }

    private Failure Refused(Sample sample, IReadOnlyCollection<Sample> others, IReadOnlyCollection<SeverityProbe> looks, CutReason reason, Func<SampleSpec, SolverPlan> ask)
    {
        if (reason == CutReason.Deadline)
        {
            // Whoever comes again is looked at again.
            var looked = SampleFactory.NeedsProbe(sample.Session.Request) ? sample.Session.Since(sample.StartedAt).TotalSeconds : 0;
            return TooTight(
                ((1 + options.DeadlineMargin) * looked) + promises.Needs(sample, others, looks),
                sample.RemainingSteps == 1 ? OneStep : string.Create(CultureInfo.InvariantCulture, $"With {sample.RemainingSteps} steps the reconstruction"));
        }

        return TooFewCalls(sample, others, $"The reconstruction needs {SampleFactory.PlanOf(sample.Session.Request, sample.Piece, sample.Start, ask).NetworkCalls} network calls and may take {sample.Session.Request.MaximumNetworkCalls}.");
    }

    private Failure TooFewCalls(Sample sample, IReadOnlyCollection<Sample> others, string message) => new(SessionOutcome.BudgetTooSmall, "BUDGET_TOO_SMALL", message)
    {
        Eta = etas.Completions([.. others, sample]).TryGetValue(sample.Id, out var seconds) ? TimeSpan.FromSeconds(seconds) : null,
    };
}
