using System.Collections.Immutable;
using FlashDiffusion.Benchmarks.Hot;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Forecasts;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Benchmarks.Macro.Scheduling;

/// <summary>
/// The engine's scheduler, batch sizes and forecasts over a device on which a step takes exactly what a table says by its rows; three operators, so
/// three lanes, and a last decode for each picture.
/// </summary>
internal sealed class VirtualDevice
{
    // Steps of the starter model (README), in seconds.
    private static readonly ImmutableArray<(int Rows, double Seconds)> Steps = [(1, 0.057), (2, 0.084), (4, 0.113), (8, 0.198), (16, 0.390), (32, 0.780)];
    // Assumed: one call of one network, where a step is six.
    private static readonly ImmutableArray<(int Rows, double Seconds)> Decodes = [.. Steps.Select(step => (step.Rows, step.Seconds / 6))];
    private static readonly EngineOptions Options = new();
    private static readonly ISchedulingPolicy Policy = SchedulingPolicies.Of(Options);
    private static readonly UncalledModel Model = new();

    private readonly VirtualClock _clock;
    private readonly LaneScheduler _scheduler;
    private readonly EtaEstimator _etas;

    /// <param name="seconds">Seconds since the beginning.</param>
    public VirtualDevice(double seconds = 0)
    {
        _clock = new VirtualClock { Seconds = seconds };
        var times = new StepTimes();
        foreach (var lane in Lanes)
        {
            for (var i = 0; i < Steps.Length; i++)
            {
                times.Record(LaneTiming.Of(lane), Steps[i].Rows, Steps[i].Seconds);
                times.Record(LaneTiming.Of(lane with { Stage = Stage.Decode, Operator = "" }), Decodes[i].Rows, Decodes[i].Seconds);
            }
        }

        var sizes = new BatchSizes(Options, times, new MemoryBudget(null));
        _etas = new EtaEstimator(times, sizes, Policy, _clock);
        _scheduler = new LaneScheduler(Policy, sizes.Of);
    }

    /// <summary>Lanes that work may be in.</summary>
    public static ImmutableArray<LaneKey> Lanes { get; } =
    [
        .. Enumerable.Range(0, 3).Select(number => new LaneKey { Stage = Stage.Step, Model = Model, Working = new PictureShape(64, 64), Picture = new PictureShape(64, 64), Operator = $"operator {number}" }),
    ];

    /// <summary>Seconds since the beginning.</summary>
    public double Seconds => _clock.Seconds;

    /// <summary>This moment.</summary>
    public long Timestamp => _clock.GetTimestamp();

    /// <summary>Work under way.</summary>
    public int Count => _scheduler.Count;

    /// <summary>Another one as this is now: same work, in the same order.</summary>
    public VirtualDevice Copy()
    {
        var copy = new VirtualDevice(Seconds);
        foreach (var work in _scheduler.Work.Cast<QueuedWork>().OrderBy(work => work.Id))
        {
            copy.Add(new QueuedWork(work.Id, work.AcceptedAt, work.RemainingSteps, work.Lane));
        }

        return copy;
    }

    /// <summary>Takes work on.</summary>
    public void Add(QueuedWork work) => _scheduler.Add(work);

    /// <summary>Waits without work.</summary>
    public void Wait(double until) => _clock.Seconds = Math.Max(Seconds, until);

    /// <summary>Runs one unit; there is work.</summary>
    /// <returns>What is done.</returns>
    public IReadOnlyList<QueuedWork> Run()
    {
        var batch = _scheduler.Next(_etas.Moment)!;
        _clock.Seconds += _etas.UnitSeconds(batch.Lane, batch.Work.Length)!.Value;
        QueuedWork[] moved = [.. batch.Work.Cast<QueuedWork>().Where(work => batch.Lane.Stage == Stage.Decode || --work.RemainingSteps == 0)];
        foreach (var work in moved)
        {
            _scheduler.Remove(work, batch.Lane);
            if (batch.Lane.Stage == Stage.Step)
            {
                work.BeginDecode();
                _scheduler.Add(work);
            }
        }

        return batch.Lane.Stage == Stage.Decode ? moved : [];
    }

    /// <summary>How work is remembered.</summary>
    public static PastArrival Remember(QueuedWork work)
    {
        var key = LaneTiming.Of(work.Lane with { Stage = Stage.Step });
        return new PastArrival(new ForecastKey(key, work.Lane.Mode, work.Lane.Alone), work.RemainingSteps > 0 ? [(key, work.RemainingSteps)] : [], work.RemainingSteps);
    }

    /// <summary>When work will be done, in seconds from now.</summary>
    /// <param name="work">The work.</param>
    /// <param name="arrivals">Who is expected; null for nobody.</param>
    public double Forecast(QueuedWork work, RecentArrivals? arrivals)
    {
        ForecastWork[] all = [.. _scheduler.Work.Cast<QueuedWork>().Select(other => _etas.Expect(Remember(other))(other.Id, (double)(other.AcceptedAt - Timestamp) / _clock.TimestampFrequency))];
        var alone = Engine.Forecasts.Forecast.Completions(all)[work.Id];
        return arrivals is null ? alone : ArrivalForecast.Beside(_etas, arrivals, Timestamp, work.Id, alone, all);
    }
}
