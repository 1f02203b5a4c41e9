using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Forecasts;

/// <summary>Says when samples will be done, from the steps that they still need and what such steps took lately. Device loop only.</summary>
/// <param name="times">What units of work took lately.</param>
/// <param name="sizes">How large batches are.</param>
/// <param name="policy">Who goes first.</param>
/// <param name="time">Clock.</param>
internal sealed class EtaEstimator(StepTimes times, BatchSizes sizes, ISchedulingPolicy policy, TimeProvider time)
{
    /// <summary>What a step is taken to last before any was measured.</summary>
    private const double UnmeasuredStepSeconds = 0.05;

    /// <summary>How much longer units take than they are measured to.</summary>
    public Pace Pace { get; } = new();

    /// <summary>This moment, as the policy sees a lane.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="waiting">Samples that wait in it.</param>
    public SchedulingMoment Moment(LaneKey lane, int waiting) => new(
        time.GetTimestamp(),
        time.TimestampFrequency,
        StepSeconds(lane, waiting) ?? UnmeasuredStepSeconds);

    /// <summary>
    /// Time until each sample is done, by number, at the latest its deadline, which then goes before everything else; samples of a model of which
    /// nothing was ever measured are left out.
    /// </summary>
    /// <param name="samples">All samples under way.</param>
    public Dictionary<long, double> Completions(IReadOnlyCollection<Sample> samples)
    {
        var completions = Forecast.Completions(samples.Select(WorkOf));
        foreach (var sample in samples)
        {
            if (sample.DueAt is { } due && completions.TryGetValue(sample.Id, out var seconds))
            {
                completions[sample.Id] = Math.Min(seconds, Math.Max(0, time.GetElapsedTime(time.GetTimestamp(), due).TotalSeconds));
            }
        }

        return completions;
    }

    /// <summary>Seconds that a sample's steps take in batches as large as pay; where nothing was measured, a guess in proportion to its pixels.</summary>
    public double Work(Sample sample)
    {
        var work = WorkOf(sample);
        var rows = sizes.Of(sample.Lane, int.MaxValue);
        return sample.RemainingChunks * (work.StepSeconds(rows) / rows ?? UnmeasuredStepSeconds * sample.Piece.Working.Elements / (3 * 64 * 64));
    }

    /// <summary>Time of one unit of a lane; null if nothing of its model was ever measured.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="rows">Pieces of work that share it.</param>
    public double? UnitSeconds(LaneKey lane, int rows) => Pace.Factor * times.Predict(LaneTiming.Of(lane), sizes.ComputedRows(lane, rows));

    /// <summary>Time of one unit of a lane in which an operator has rows, and no dearer one; null if nothing of its model was ever measured.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="rows">Pieces of work that share it.</param>
    /// <param name="sharing">The operator, as <see cref="Sample.SharedOperator"/> says.</param>
    public double? UnitSeconds(LaneKey lane, int rows, string sharing) => Pace.Factor * BareSeconds(lane, rows, sharing);

    /// <summary>What a unit takes by itself, as those like it took; null if none of its size was measured, with each of its operators.</summary>
    public double? Measured(ScheduledBatch unit)
    {
        var (key, rows) = (LaneTiming.Of(unit.Lane), sizes.ComputedRows(unit.Lane, unit.Work.Length));
        string[] sharing = [.. unit.Work.Select(work => (work as Sample)?.SharedOperator ?? "").Distinct()];
        return times.Knows(key, rows) && sharing.All(name => !IsShared(unit.Lane, name) || times.Operators.Knows(key, name, rows))
            ? sharing.Max(name => BareSeconds(unit.Lane, unit.Work.Length, name))
            : null;
    }

    /// <summary>Whether nobody knows what an operator's rows take in a lane that it shares with others.</summary>
    /// <param name="lane">The lane.</param>
    /// <param name="sharing">The operator, as <see cref="Sample.SharedOperator"/> says.</param>
    public bool IsUnmeasured(LaneKey lane, string sharing) => IsShared(lane, sharing) && !times.Operators.Knows(LaneTiming.Of(lane), sharing);

    /// <summary>Whether a lane's time is only likened to that of other work, or of other sizes.</summary>
    public bool IsLikened(LaneKey lane) => !times.KnowsSize(LaneTiming.Of(lane));

    /// <summary>Time of the last decode of a lane's samples; null if none was measured.</summary>
    public double? DecodeSeconds(LaneKey lane)
    {
        var decode = lane with { Stage = Stage.Decode, Kind = "", Runner = null };
        return UnitSeconds(decode, 1);
    }

    /// <summary>How the forecast sees a sample.</summary>
    public ForecastWork WorkOf(Sample sample)
    {
        var lane = sample.Lane;
        var kinds = Kinds(sample);
        Weigh(sample, kinds);
        var means = new Dictionary<int, double?>();
        var moment = Moment(lane, 1);
        var since = sample.Place.Since(sample, moment.Timestamp);
        return new ForecastWork(
            sample.Id,
            GroupOf(sample),
            sample.RemainingChunks,
            batch => means.TryGetValue(batch, out var mean) ? mean : means[batch] = MeanOf(kinds, kind => UnitSeconds(kind, batch)),
            DecodeSeconds(lane) ?? 0)
        {
            Class = sample.Priority,
            Elements = sample.Piece.Working.Elements,
            Rank = policy.Rank(sample, sample.AcceptedAt, moment),
            Caller = sample.Caller,
            IsPressing = policy.IsPressing(sample, moment),
            Standing = policy.Rank(sample, since, moment),
            RankGain = GainOf(moment),
            Since = since,
            CameUp = sample.Place.CameUp,
            MaximumBatch = waiting => sizes.Of(lane, waiting),
        };
    }

    /// <summary>What a sample leaves to be remembered by.</summary>
    public static PastArrival Remember(Sample sample) =>
        new(GroupOf(sample), [.. Kinds(sample).Select(kind => (LaneTiming.Of(kind.Lane), kind.Count))], sample.RemainingChunks)
        {
            Class = sample.Priority,
            Caller = sample.Caller,
        };

    /// <summary>How the forecast sees those like a past arrival who come later.</summary>
    /// <param name="like">What they are like.</param>
    /// <returns>Makes one, from its number, after those of all that there is, and the seconds from now until it comes.</returns>
    public Func<long, double, ForecastWork> Expect(PastArrival like)
    {
        var means = new Dictionary<int, double?>();
        double? Mean(int batch) => means.TryGetValue(batch, out var mean) ? mean : means[batch] = MeanOf(like.Kinds, key => Pace.Factor * times.Predict(key, sizes.ComputedRows(like.Group, batch)));
        var moment = new SchedulingMoment(time.GetTimestamp(), time.TimestampFrequency, Mean(1) ?? UnmeasuredStepSeconds);
        var decode = like.Group.Key with { Stage = Stage.Decode, Runner = "", Operator = "", Picture = default };
        var template = new ForecastWork(0, like.Group, like.Steps, Mean, Pace.Factor * times.Predict(decode, sizes.ComputedRows(like.Group, 1)) ?? 0)
        {
            Class = like.Class,
            Elements = like.Group.Key.Working.Elements,
            RankGain = GainOf(moment),
            Caller = like.Caller,
            MaximumBatch = waiting => sizes.Of(like.Group, like.Kinds[0].Key, waiting),
        };
        return (id, at) =>
        {
            var work = new ExpectedWork(id, moment.Timestamp + (long)(at * moment.Frequency), like.Steps);
            var rank = policy.Rank(work, work.AcceptedAt, moment);
            return template with
            {
                Id = id,
                Group = like.Group.Alone == 0 ? template.Group : like.Group with { Alone = id },
                Rank = rank,
                Standing = rank,
                Since = work.AcceptedAt,
            };
        };
    }

    /// <summary>Takes note of what the steps of a sample consist of, for those kinds that were never measured.</summary>
    public void Weigh(Sample sample) => Weigh(sample, Kinds(sample));

    // How a policy sees a step less of work without a deadline.
    private double GainOf(SchedulingMoment moment) =>
        policy.Rank(new ExpectedWork(0, moment.Timestamp, 2), moment.Timestamp, moment) - policy.Rank(new ExpectedWork(0, moment.Timestamp, 1), moment.Timestamp, moment);

    // Without what lies between units.
    private double? BareSeconds(LaneKey lane, int rows, string sharing)
    {
        double? Mean(int computed) => times.Predict(LaneTiming.Of(lane), computed);
        var computed = sizes.ComputedRows(lane, rows);
        return (IsShared(lane, sharing) ? times.Operators.Predict(LaneTiming.Of(lane), sharing, computed, Mean) : null) ?? Mean(computed);
    }

    private static bool IsShared(LaneKey lane, string sharing) => sharing.Length > 0 && lane.Operator.Length > 0 && lane.Stage != Stage.Severity;

    private static ForecastKey GroupOf(Sample sample)
    {
        var lane = sample.Lane with { Stage = Stage.Step, Kind = "", Runner = sample.Session.Request.Solver, Operator = sample.OperatorLane };
        return new ForecastKey(LaneTiming.Of(lane), lane.Mode, lane.Alone);
    }

    private static (LaneKey Lane, int Count)[] Kinds(Sample sample)
    {
        var lane = sample.Lane with { Stage = Stage.Step };
        return
        [
            .. sample.RemainingKinds
                .Where(pair => pair.Value > 0)
                .Select(pair => (lane with { Kind = pair.Key, Runner = RunnerOf(sample, pair.Key), Operator = OperatorOf(sample, pair.Key) }, pair.Value)),
        ];
    }

    private void Weigh(Sample sample, (LaneKey Lane, int Count)[] kinds)
    {
        foreach (var (lane, _) in kinds)
        {
            Weigh(sample, lane);
        }
    }

    private static object? RunnerOf(Sample sample, string kind) =>
        kind == Sampling.DdimInversion.StepKind ? null : sample.Session.Request.Solver;

    private static string OperatorOf(Sample sample, string kind) =>
        kind == Sampling.DdimInversion.StepKind ? "" : sample.OperatorLane;

    // Of a kind that was never measured its network calls are all that is known.
    private void Weigh(Sample sample, LaneKey lane)
    {
        var key = LaneTiming.Of(lane);
        if (times.Knows(key))
        {
            return;
        }

        var (weight, calls) = (0.0, 0);
        foreach (var step in sample.Steps.Where(step => step.Kind == lane.Kind))
        {
            (weight, calls) = (weight + StepWeight.Of(step.Cost), calls + step.Chunks);
        }

        if (weight > 0)
        {
            times.Weigh(key, weight / calls);
        }
    }

    private double? StepSeconds(LaneKey lane, int waiting) =>
        UnitSeconds(lane, Math.Max(1, sizes.Of(lane, waiting)));

    private static double? MeanOf<T>(IReadOnlyCollection<(T Kind, int Count)> kinds, Func<T, double?> unit)
    {
        var (seconds, steps) = (0.0, 0);
        foreach (var (kind, count) in kinds)
        {
            if (unit(kind) is not { } known)
            {
                return null;
            }

            seconds += known * count;
            steps += count;
        }

        return steps == 0 ? 0 : seconds / steps;
    }
}
