using System.Collections.Immutable;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Forecasts;
using FlashDiffusion.Engine.Probes;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Budgets;

/// <summary>
/// Keeps the promise that every accepted deadline is: none is made that no <see cref="IReserve"/> can keep beside those made before, and no unit
/// runs that would make it break one. What it can't know when it promises may still break one: units that take longer than any measured like them,
/// more than the margin covers (of an operator that joins others, its first unit, which is one of its own where there is time for that), or that memory does not suffice for; a model that is
/// loaded; a device that is lost. Device loop only.
/// </summary>
/// <param name="options">Options.</param>
/// <param name="etas">Says what units take.</param>
/// <param name="sizes">How large they are.</param>
/// <param name="time">Clock.</param>
internal sealed class PromiseKeeper(EngineOptions options, EtaEstimator etas, BatchSizes sizes, TimeProvider time)
{
    /// <summary>By how much longer a unit of an operator that was never measured may take than the dearest known.</summary>
    private const double Unmeasured = 2;

    private ImmutableArray<ReservedUnits> _schedule = [];

    private double Margin => 1 + options.DeadlineMargin;

    /// <summary>Seconds of short work that has waited for too long: new promises are made behind it, and nothing that nobody was promised delays it further.</summary>
    public double Debt { get; set; }

    /// <summary>What was promised when the last unit was chosen.</summary>
    public ImmutableArray<ReservedWork> Latest { get; private set; } = [];

    /// <summary>Keeps nothing of what there is no more: a solver's plugin may be unloaded.</summary>
    public void Forget() => (Latest, _schedule) = ([], []);

    /// <summary>Seconds until a deadline; null without one.</summary>
    public double? Left(IScheduledWork work) => work.DueAt is { } due ? time.GetElapsedTime(time.GetTimestamp(), due).TotalSeconds : null;

    /// <summary>When a sample with a deadline would be done at the latest, in seconds, behind what was promised before.</summary>
    /// <param name="sample">The sample; not among the others.</param>
    /// <param name="others">Samples under way on its device.</param>
    /// <param name="looks">Looks that wait there: of those that came before it, the least is as good as promised.</param>
    /// <param name="kept">Whether that is in time, by the margin and a step of its own, and breaks no promise.</param>
    public double Completion(Sample sample, IEnumerable<Sample> others, IEnumerable<SeverityProbe> looks, out bool kept)
    {
        etas.Weigh(sample);
        var seconds = Memoised();
        var mine = ReservedWork.Of(sample, Left(sample)!.Value);
        var before = Promised(others, seconds);
        var own = mine.Runs[0].Lane.Stage == Stage.Step ? seconds(mine.Runs[0].Lane, 1, mine.Operator) : 0;
        (ReservePlay With, ReservePlay Without)[] plays = [.. Reserves(seconds).SelectMany(reserve => Plays(reserve, before, before.Add(mine), seconds))];
        var inOrder = plays.Any(play => play.Without.Overrun(before, 0, Margin) < 0);

        // Who would be late anyway is no reason against it.
        var keeps = plays.FirstOrDefault(play =>
            ((play.With.Completions[mine.Id] + Debt) * Margin) + own < mine.Left
            && before.All(work => !IsLate(work, play.With.Completions) || (!inOrder && IsLate(work, play.Without.Completions)))
            && before.All(work => !IsLate(work, play.With.Completions, Debt) || IsLate(work, play.Without.Completions, Debt)));
        kept = keeps.With is not null && LeavesTheLeast(before, mine, Leasts(looks.Where(look => look.Id < sample.Id), seconds), seconds);
        if (kept)
        {
            // The planner asks for one length after the other and takes the last that was kept.
            _schedule = keeps.With!.Units;
        }

        return plays.Min(play => play.With.Completions[mine.Id]) + Debt;
    }

    // With the least of those who came before it everybody is still in time: who has a later deadline than they goes behind them.
    private bool LeavesTheLeast(ImmutableArray<ReservedWork> before, ReservedWork mine, ImmutableArray<ReservedWork> leasts, Func<LaneKey, int, string, double> seconds) =>
        leasts.IsEmpty || Reserves(seconds).Any(reserve =>
        {
            var without = reserve.Play([.. before, .. leasts]).Completions;
            ImmutableArray<ReservedWork> others = [.. before, .. leasts.Where(least => !IsLate(least, without))];
            return Plays(reserve, others, others.Add(mine), seconds).Any(play =>
                !IsLate(mine, play.With.Completions) && others.All(work => !IsLate(work, play.With.Completions) || IsLate(work, without)));
        });

    // One more in its turn, where it shares units with others and makes them longer; and behind everybody, where it costs nobody anything.
    private static IEnumerable<(ReservePlay With, ReservePlay Without)> Plays(
        IReserve reserve, ImmutableArray<ReservedWork> before, ImmutableArray<ReservedWork> all, Func<LaneKey, int, string, double> seconds)
    {
        var without = reserve.Play(before);
        yield return (reserve.Play(all), without);
        yield return (new KeptReserve(without.Units, seconds, new Reserve(seconds, null)).Play(all), without);
    }

    /// <summary>Whether every promise survives so many seconds of other work, and the least of those that wait for their look.</summary>
    /// <param name="takes">Those seconds.</param>
    /// <param name="scheduler">Work that waits.</param>
    public bool Allow(double takes, LaneScheduler scheduler)
    {
        if (!scheduler.Work.Any(work => work.DueAt is not null))
        {
            return true;
        }

        var seconds = Memoised();
        ImmutableArray<ReservedWork> work = [.. Promised(scheduler.Work.OfType<Sample>(), seconds), .. Leasts(scheduler.Work.OfType<SeverityProbe>(), seconds)];
        return work.IsEmpty || Reserves(seconds).Any(reserve => reserve.Play(work).Overrun(work, takes, Margin) < 0);
    }

    /// <summary>Seconds until a unit that nobody was promised can run.</summary>
    /// <param name="unit">What it takes.</param>
    /// <param name="samples">Samples under way.</param>
    public double Wait(double unit, IEnumerable<Sample> samples)
    {
        var seconds = Memoised();
        var promised = Promised(samples, seconds);
        return promised.IsEmpty ? 0 : Reserves(seconds).Min(reserve => reserve.Play(promised).Wait(unit, promised, Margin));
    }

    /// <summary>Seconds that are kept for the steps of who was not looked at (<see cref="ReservedWork.Least"/>).</summary>
    public double LeastSteps(SeverityProbe probe) => ReservedWork.Least(probe, 0).Runs[1] is var steps ? steps.Calls * (etas.UnitSeconds(steps.Lane, 1) ?? 0) : 0;

    /// <summary>What runs next: what was chosen, unless that would break a promise; then what the promise needs.</summary>
    /// <param name="chosen">What it would be without promises.</param>
    /// <param name="scheduler">Where work waits.</param>
    public ScheduledBatch Keep(ScheduledBatch chosen, LaneScheduler scheduler)
    {
        if (!scheduler.Work.Any(work => work is Sample { DueAt: not null }))
        {
            Forget();
            return chosen;
        }

        var seconds = Memoised();
        var promised = Latest = Promised(scheduler.Work.OfType<Sample>(), seconds);
        if (promised.IsEmpty)
        {
            return chosen;
        }

        if (Trial(chosen) is { } trial)
        {
            if (IsKeptAfter(trial, promised, seconds, Unmeasured))
            {
                return trial;
            }

            chosen = chosen with { Work = [.. chosen.Work.Where(work => !IsUnmeasured(chosen.Lane, work))] };
        }

        if (chosen.Work.Length > 0 && IsKeptAfter(chosen, promised, seconds))
        {
            return chosen;
        }

        var play = Nearest(promised, seconds);
        var first = play.Units[0];
        var lane = scheduler.In(first.Lane);
        var batch = new ScheduledBatch(first.Lane, [.. lane.Where(work => first.Rows.Any(row => row.Id == work.Id))]);

        // Rows of others make the unit longer, and looks at those with deadlines wait for it.
        var full = scheduler.Work.Any(work => work is SeverityProbe { DueAt: not null }) ? batch : Filled(batch, lane);
        if (full.Work.Length > batch.Work.Length && IsKeptAfter(full, promised, seconds))
        {
            return full;
        }

        _schedule = play.Units;
        return batch;
    }

    // Rows that would stay empty go to who has waited longest, caller by caller.
    private ScheduledBatch Filled(ScheduledBatch batch, IReadOnlyCollection<IScheduledWork> lane)
    {
        var rows = batch.Work.CountBy(work => work.Caller).ToDictionary();
        var others = lane.Except(batch.Work).Where(work => !IsUnmeasured(batch.Lane, work)).GroupBy(work => work.Caller)
            .SelectMany(line => line.OrderBy(work => work.Id).Select((work, i) => (Work: work, Row: rows.GetValueOrDefault(line.Key) + i)))
            .OrderBy(entry => entry.Row).ThenBy(entry => entry.Work.Id).Select(entry => entry.Work);
        return batch with { Work = [.. batch.Work, .. others.Take(Math.Max(0, sizes.Of(batch.Lane, lane.Count) - batch.Work.Length))] };
    }

    // What an operator takes that was never measured is learned from a unit of its own.
    private ScheduledBatch? Trial(ScheduledBatch chosen) =>
        chosen.Work.FirstOrDefault(work => IsUnmeasured(chosen.Lane, work)) is Sample first
            ? chosen with { Work = [.. chosen.Work.Where(work => work is Sample sample && sample.SharedOperator == first.SharedOperator)] }
            : null;

    private bool IsUnmeasured(LaneKey lane, IScheduledWork work) => work is Sample sample && etas.IsUnmeasured(lane, sample.SharedOperator);

    private bool IsKeptAfter(ScheduledBatch batch, ImmutableArray<ReservedWork> promised, Func<LaneKey, int, string, double> seconds, double doubt = 1)
    {
        var takes = doubt * batch.Work.Max(work => seconds(batch.Lane, batch.Work.Length, (work as Sample)?.SharedOperator ?? ""));
        var rows = batch.Work.Select(work => work.Id).ToHashSet();
        var after = ImmutableArray.CreateBuilder<ReservedWork>(promised.Length);
        foreach (var work in promised)
        {
            if (!rows.Contains(work.Id))
            {
                after.Add(work);
            }
            else if (work.Advanced() is { } advanced)
            {
                after.Add(advanced);
            }
            else if (takes * Margin >= work.Left)
            {
                return false;
            }
        }

        foreach (var reserve in Reserves(seconds))
        {
            if (reserve.Play(after) is var play && play.Overrun(after, takes + Debt, Margin) < 0)
            {
                _schedule = play.Units;
                return true;
            }
        }

        return false;
    }

    private bool IsLate(ReservedWork work, Dictionary<long, double> completions, double delay = 0) => (completions[work.Id] + delay) * Margin >= work.Left;

    // Who can't be in time even alone has no promise left that could be kept.
    private ImmutableArray<ReservedWork> Promised(IEnumerable<Sample> samples, Func<LaneKey, int, string, double> seconds) =>
        Promised(samples.Where(sample => sample.DueAt is not null).Select(sample => ReservedWork.Of(sample, Left(sample)!.Value)), seconds);

    private ImmutableArray<ReservedWork> Leasts(IEnumerable<SeverityProbe> looks, Func<LaneKey, int, string, double> seconds) =>
        Promised(looks.Where(look => look.DueAt is not null).Select(look => ReservedWork.Least(look, Left(look)!.Value)), seconds);

    private static ImmutableArray<ReservedWork> Promised(IEnumerable<ReservedWork> all, Func<LaneKey, int, string, double> seconds) =>
        [.. all.Where(work => work.Runs.Sum(run => run.Steps * seconds(run.Lane, 1, work.Operator)) < work.Left)];

    // Sharing units saves most, but makes the first wait for its companions' rows; and what kept them all a unit ago still does.
    private IEnumerable<IReserve> Reserves(Func<LaneKey, int, string, double> seconds)
    {
        Reserve alone = new(seconds, null);
        IEnumerable<IReserve> anew = [new Reserve(seconds, sizes.Of), alone];
        return _schedule.IsEmpty ? anew : anew.Append(new KeptReserve(_schedule, seconds, alone));
    }

    // The first that keeps all promises, else the one that comes nearest to it.
    private ReservePlay Nearest(ImmutableArray<ReservedWork> promised, Func<LaneKey, int, string, double> seconds) =>
        Reserves(seconds).Select(reserve => reserve.Play(promised)).MinBy(play => Math.Max(0, play.Overrun(promised, 0, Margin)))!;

    private Func<LaneKey, int, string, double> Memoised()
    {
        var known = new Dictionary<(LaneKey, int, string), double>();
        return (lane, rows, sharing) => known.TryGetValue((lane, rows, sharing), out var takes) ? takes : known[(lane, rows, sharing)] = etas.UnitSeconds(lane, rows, sharing) ?? 0;
    }
}
