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
/// more than the margin and what they differ by chance cover (of an operator that joins others, its first unit, which is one of its own where there is time for that), or that memory does not suffice for; a model that is
/// loaded; a device that is lost. Device loop only.
/// </summary>
/// <param name="options">Options.</param>
/// <param name="etas">Says what units take.</param>
/// <param name="sizes">How large they are.</param>
/// <param name="time">Clock.</param>
internal sealed class PromiseKeeper(EngineOptions options, EtaEstimator etas, BatchSizes sizes, TimeProvider time)
{
    /// <summary>By how much longer a unit may take of an operator that was never measured than the dearest known, or one of a kind or a size than those it is likened to.</summary>
    private const double Unmeasured = 2;

    private const double Rounding = 1 + 1e-9;

    /// <summary>How often a deadline is set further away that is not far enough: mostly it is at once.</summary>
    private const int Tries = 4;

    /// <summary>Seconds that refusals are rounded by.</summary>
    private const double Granule = 1e-3;

    private ImmutableArray<ReservedUnits> _schedule = [];
    private readonly LostPromises _lost = new();

    /// <summary>Seconds of short work that has waited for too long: new promises are made behind it, and nothing that nobody was promised delays it further.</summary>
    public double Debt { get; set; }

    /// <summary>What was promised when the last unit was chosen.</summary>
    public ImmutableArray<ReservedWork> Made { get; private set; } = [];

    /// <summary>
    /// Numbers of those whose promise did not hold any longer when the last unit was chosen, since units took longer than they were to: with nothing left of the margin, only
    /// chance is on their side.
    /// </summary>
    public ImmutableArray<long> Behind { get; private set; } = [];

    /// <summary>Keeps no place for a sample whose steps are about to change.</summary>
    /// <param name="id">Its number.</param>
    /// <returns>To be given back where they did not.</returns>
    public ImmutableArray<ReservedUnits> Forget(long id)
    {
        var before = _schedule;
        _schedule = [.. before.Select(units => units with { Rows = units.Rows.RemoveAll(row => row.Id == id) }).Where(units => !units.Rows.IsEmpty)];
        return before;
    }

    /// <summary>Keeps the places that were given up.</summary>
    public void Restore(ImmutableArray<ReservedUnits> schedule) => _schedule = schedule;

    /// <summary>Whether a sample under way is in time, by the margin, in the schedule that comes nearest to keeping every promise.</summary>
    /// <param name="sample">The sample; not among the others.</param>
    /// <param name="others">Samples under way on its device.</param>
    public bool IsInTime(Sample sample, IEnumerable<Sample> others)
    {
        var seconds = Memoised();
        var mine = ReservedWork.Of(sample, Left(sample)!.Value).Timed(seconds);
        var all = Promised(others, seconds).Add(mine);
        return !IsLate(mine, Nearest(all, seconds).Completions, Debt);
    }

    /// <summary>Keeps nothing of what there is no more: a solver's plugin may be unloaded.</summary>
    public void Forget() => (Made, Behind, _schedule) = ([], [], []);

    /// <summary>Seconds until a deadline; null without one.</summary>
    public double? Left(IScheduledWork work) => work.DueAt is { } due ? time.GetElapsedTime(time.GetTimestamp(), due).TotalSeconds : null;

    /// <summary>Promises a sample its deadline, if it would be in time, by the margin, chance and a step of its own, and break no promise; then it has its place from now on.</summary>
    /// <param name="sample">The sample, with a deadline; not among the others.</param>
    /// <param name="others">Samples under way on its device.</param>
    /// <param name="looks">Looks that wait there: of those that came before it, the least is as good as promised.</param>
    /// <returns>Whether it is promised.</returns>
    public bool Promise(Sample sample, IEnumerable<Sample> others, IEnumerable<SeverityProbe> looks)
    {
        var seconds = Memoised();
        var (mine, before) = Newcomer(sample, others, seconds);
        if (Place(mine, before, Leasts(looks.Where(look => look.Id < sample.Id), seconds), seconds) is not { } place)
        {
            return false;
        }

        // The planner asks for one length after the other and takes the last that was kept.
        _schedule = place.Units;
        return true;
    }

    /// <summary>How far away a sample's deadline would have to be for it to be promised, as things are: whoever is due before that goes before it.</summary>
    /// <param name="sample">The sample, with a deadline; not among the others.</param>
    /// <param name="others">Samples under way on its device.</param>
    /// <param name="looks">Looks that wait there.</param>
    /// <returns>Seconds, at the least.</returns>
    public double Needs(Sample sample, IEnumerable<Sample> others, IEnumerable<SeverityProbe> looks)
    {
        var seconds = Memoised();
        var (mine, before) = Newcomer(sample, others, seconds);
        var leasts = Leasts(looks.Where(look => look.Id < sample.Id), seconds);
        ImmutableArray<ReservedWork> all = [.. before, .. leasts];

        // Before the least of those who wait for their look, or behind it: behind that of one more each time, soonest first.
        foreach (var due in leasts.Select(least => least.Left).Where(due => due > mine.Left).Order().Prepend(mine.Left).Take(Tries))
        {
            var tried = mine with { Left = due };
            for (var again = 0; again < Tries; again++)
            {
                var needs = Math.Max(due, Math.Max(Soonest(tried, before, seconds), Soonest(tried, all, seconds)));
                tried = tried with { Left = needs + Granule };
                if (Place(tried, before, leasts, seconds) is not null)
                {
                    return needs;
                }
            }
        }

        return Soonest(mine with { Left = double.PositiveInfinity }, all, seconds);
    }

    // When it would be done at the latest where it costs nobody a promise, with a step of its own kept free.
    private double Soonest(ReservedWork mine, ImmutableArray<ReservedWork> before, Func<LaneKey, int, string, double> seconds)
    {
        var (places, now) = Places(before, mine, seconds);
        return places.Where(place => Spares(before, place, now)).Select(place => Needs(mine, place, seconds)).DefaultIfEmpty(mine.Left).Min();
    }

    // Where it is in time, and nobody is later for it than he may be.
    private ReservePlay? Place(ReservedWork mine, ImmutableArray<ReservedWork> before, ImmutableArray<ReservedWork> leasts, Func<LaneKey, int, string, double> seconds)
    {
        var (places, now) = Places(before, mine, seconds);
        return places.FirstOrDefault(place => Needs(mine, place, seconds) < mine.Left && Spares(before, place, now)) is { } place && LeavesTheLeast(before, mine, leasts, seconds)
            ? place
            : null;
    }

    // Where it may go, and how things are without it.
    private (IEnumerable<ReservePlay> Places, ReservePlay Now) Places(ImmutableArray<ReservedWork> before, ReservedWork mine, Func<LaneKey, int, string, double> seconds)
    {
        (IReserve Reserve, ReservePlay Play)[] without = [.. Reserves(seconds).Select(reserve => (reserve, reserve.Play(before)))];
        return (
            without.SelectMany(without => Plays(without.Reserve, without.Play, before, mine, seconds)),
            without.Select(without => without.Play).MinBy(play => Math.Max(0, play.Overrun(before, Debt, Latest)))!);
    }

    // As things are: of late ones too none may be later for one who comes.
    private bool Spares(ImmutableArray<ReservedWork> before, ReservePlay place, ReservePlay now) => before.All(work => !Harms(place, work, now, Debt));

    // At a place, with a step of its own kept free.
    private double Needs(ReservedWork mine, ReservePlay place, Func<LaneKey, int, string, double> seconds) =>
        Latest(mine, place.Completions[mine.Id] + Debt) + (mine.Runs[0].Lane.Stage == Stage.Step ? seconds(mine.Runs[0].Lane, 1, mine.Operator) : 0);

    private (ReservedWork Mine, ImmutableArray<ReservedWork> Before) Newcomer(Sample sample, IEnumerable<Sample> others, Func<LaneKey, int, string, double> seconds)
    {
        etas.Weigh(sample);
        return (ReservedWork.Of(sample, Left(sample)!.Value).Timed(seconds), Promised(others, seconds));
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
        return work.IsEmpty || Reserves(seconds).Any(reserve => reserve.Play(work).Overrun(work, takes, Latest) < 0);
    }

    /// <summary>Seconds until a unit that nobody was promised can run.</summary>
    /// <param name="unit">What it takes.</param>
    /// <param name="samples">Samples under way.</param>
    public double Wait(double unit, IEnumerable<Sample> samples)
    {
        var seconds = Memoised();
        var promised = Promised(samples, seconds);
        return promised.IsEmpty ? 0 : Reserves(seconds).Min(reserve => reserve.Play(promised).Wait(unit, promised, Latest));
    }

    /// <summary>By how much longer the least that follows a look may take by chance; seconds.</summary>
    public double Chance(SeverityProbe probe)
    {
        var least = ReservedWork.Least(probe, 0);
        var rest = (least with { Runs = least.Runs.RemoveAt(0) }).Timed(Memoised());
        return etas.Pace.Chance(rest.Alone, rest.UnitSeconds);
    }

    /// <summary>When a look's reconstruction that is to be done after so many seconds is done at the latest.</summary>
    /// <param name="probe">The look.</param>
    /// <param name="seconds">Those seconds.</param>
    public double Latest(SeverityProbe probe, double seconds) => Latest(ReservedWork.Least(probe, 0).Timed(Memoised()), seconds);

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
        Behind = [];
        ImmutableArray<ReservedWork> due = [.. Due(scheduler.Work.OfType<Sample>(), seconds)];
        _lost.Look(due);
        var promised = Made = due.RemoveAll(work => _lost.Holds(work.Id));
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
        Behind = [.. promised.Where(work => play.Completions[work.Id] + Debt + etas.Pace.Chance(play.Completions[work.Id], work.UnitSeconds) >= work.Left).Select(work => work.Id)];
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

    // With the least of those who came before it everybody is still in time: who has a later deadline than they goes behind them.
    private bool LeavesTheLeast(ImmutableArray<ReservedWork> before, ReservedWork mine, ImmutableArray<ReservedWork> leasts, Func<LaneKey, int, string, double> seconds) =>
        leasts.IsEmpty || Reserves(seconds).Any(reserve =>
        {
            ImmutableArray<ReservedWork> all = [.. before, .. leasts];
            var without = reserve.Play(all);
            ImmutableArray<ReservedWork> others = [.. before, .. leasts.Where(least => !IsLate(least, without.Completions))];
            return Plays(reserve, others.Length == all.Length ? without : reserve.Play(others), others, mine, seconds).Any(with =>
                !IsLate(mine, with.Completions) && others.All(work => !IsLate(work, with.Completions) || IsLate(work, without.Completions)));
        });

    // One more in its turn, where it shares units with others and makes them longer; and behind everybody, where it costs nobody anything.
    private static IEnumerable<ReservePlay> Plays(
        IReserve reserve, ReservePlay without, ImmutableArray<ReservedWork> before, ReservedWork mine, Func<LaneKey, int, string, double> seconds)
    {
        var all = before.Add(mine);
        yield return reserve.Play(all);
        yield return new KeptReserve(without.Units, seconds, new Reserve(seconds, null)).Play(all);
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
            else if (Latest(work, takes) >= work.Left)
            {
                return false;
            }
        }

        foreach (var reserve in Reserves(seconds))
        {
            if (reserve.Play(after) is var play && play.Overrun(after, takes + Debt, Latest) < 0)
            {
                _schedule = play.Units;
                return true;
            }
        }

        return false;
    }

    // When what is to be done after so many seconds is done at the latest.
    private double Latest(ReservedWork work, double seconds) => (seconds * (1 + options.DeadlineMargin)) + etas.Pace.Chance(seconds, work.UnitSeconds);

    // Who is late by the margin, or will be for what is done beside reconstructions, may be no later for one who comes: what is left of his margin is his.
    private bool Harms(ReservePlay play, ReservedWork work, ReservePlay without, double delay) =>
        IsLate(work, play.Completions, delay) && play.Completions[work.Id] > Rounding * without.Completions[work.Id];

    private bool IsLate(ReservedWork work, Dictionary<long, double> completions, double delay = 0) => Latest(work, completions[work.Id] + delay) >= work.Left;

    private ImmutableArray<ReservedWork> Promised(IEnumerable<Sample> samples, Func<LaneKey, int, string, double> seconds) =>
        [.. Due(samples.Where(sample => !_lost.Holds(sample.Id)), seconds)];

    private IEnumerable<ReservedWork> Due(IEnumerable<Sample> samples, Func<LaneKey, int, string, double> seconds) =>
        samples.Where(sample => sample.DueAt is not null).Select(sample => ReservedWork.Of(sample, Left(sample)!.Value).Timed(seconds));

    private ImmutableArray<ReservedWork> Leasts(IEnumerable<SeverityProbe> looks, Func<LaneKey, int, string, double> seconds) =>
        [.. looks.Where(look => look.DueAt is not null).Select(look => ReservedWork.Least(look, Left(look)!.Value).Timed(seconds)).Where(work => work.Alone < work.Left)];

    // Sharing units saves most, but makes the first wait for its companions' rows; and what kept them all a unit ago still does.
    private IEnumerable<IReserve> Reserves(Func<LaneKey, int, string, double> seconds)
    {
        Reserve alone = new(seconds, null);
        IEnumerable<IReserve> anew = [new Reserve(seconds, sizes.Of), alone];
        return _schedule.IsEmpty ? anew : anew.Append(new KeptReserve(_schedule, seconds, alone));
    }

    // The first that keeps all promises, else the one that comes nearest to it.
    private ReservePlay Nearest(ImmutableArray<ReservedWork> promised, Func<LaneKey, int, string, double> seconds) =>
        Reserves(seconds).Select(reserve => reserve.Play(promised)).MinBy(play => Math.Max(0, play.Overrun(promised, 0, Latest)))!;

    private Func<LaneKey, int, string, double> Memoised()
    {
        var known = new Dictionary<(LaneKey, int, string), double>();
        return (lane, rows, sharing) => known.TryGetValue((lane, rows, sharing), out var takes) ? takes : known[(lane, rows, sharing)] = (etas.IsLikened(lane) ? Unmeasured : 1) * etas.UnitSeconds(lane, rows, sharing) ?? 0;
    }
}
