using FlashDiffusion.Benchmarks.Macro.Statistics;
using FlashDiffusion.Benchmarks.Macro.Work;
using FlashDiffusion.Engine.Forecasts;

namespace FlashDiffusion.Benchmarks.Macro.Scheduling;

/// <summary>Requests that arrive at random at the engine's scheduler, in virtual time, each with its ETA.</summary>
internal sealed class EtaQueue
{
    private const int LeastSteps = 2;
    private const int MostSteps = 60;
    private const int Together = 16;

    // One in so many is asked what may happen.
    private const int Asked = 20;

    // Until the first ones are done, and something of arrivals is known.
    private const int Skipped = 100;

    private readonly VirtualDevice _device = new();
    private readonly RecentArrivals _arrivals;
    private readonly EtaOutcome[] _outcomes;
    private readonly IReadOnlyList<int> _steps;
    private readonly IReadOnlyList<double> _times;
    private readonly Dictionary<long, (QueuedWork Work, double Begun)> _running = [];
    private readonly Dictionary<long, double> _halves = [];

    private EtaQueue(double rate, int count, ulong seed)
    {
        _arrivals = new RecentArrivals(TimeSpan.TicksPerSecond / TimeSpan.TicksPerMicrosecond);
        _outcomes = new EtaOutcome[count];
        _steps = Arrivals.Steps(count, LeastSteps, MostSteps, seed);
        _times = Arrivals.Poisson(count, 1 / rate, seed + 1);
    }

    /// <summary>Requests a second that the device does, sixteen at once: as the figure of a real server takes it.</summary>
    public static double Capacity()
    {
        const int Rounds = 50;
        var steps = Arrivals.Steps(Rounds * Together, LeastSteps, MostSteps, seed: 3);
        var device = new VirtualDevice();
        for (var round = 0; round < Rounds; round++)
        {
            for (var i = 0; i < Together; i++)
            {
                var id = (round * Together) + i;
                device.Add(new QueuedWork(id, device.Timestamp, steps[id], LaneOf(id)));
            }

            while (device.Count > 0)
            {
                device.Run();
            }
        }

        return Rounds * Together / device.Seconds;
    }

    /// <summary>Plays requests to the end.</summary>
    /// <param name="rate">Requests a second.</param>
    /// <param name="count">Requests.</param>
    /// <param name="futures">Futures that are played for each request that is asked what may happen.</param>
    /// <param name="seed">Seed of arrivals and lengths.</param>
    /// <param name="cancellation">Ends it.</param>
    public static IReadOnlyList<EtaOutcome> Run(double rate, int count, int futures, ulong seed, CancellationToken cancellation)
    {
        var queue = new EtaQueue(rate, count, seed);
        for (var next = 0; next < count || queue._device.Count > 0;)
        {
            cancellation.ThrowIfCancellationRequested();
            if (queue._device.Count == 0)
            {
                queue._arrivals.Rest(queue._device.Timestamp);
                queue._device.Wait(queue._times[next]);
            }

            for (; next < count && queue._times[next] <= queue._device.Seconds; next++)
            {
                queue.Arrive(next, rate, next % Asked == 0 ? futures : 0);
            }

            queue.Run();
        }

        return queue._outcomes[Skipped..];
    }

    // Operators in no order that lengths could follow.
    private static Engine.Scheduling.LaneKey LaneOf(long id) => VirtualDevice.Lanes[(int)(id * 7 / 3 % VirtualDevice.Lanes.Length)];

    private void Arrive(int id, double rate, int futures)
    {
        var work = new QueuedWork(id, _device.Timestamp, _steps[id], LaneOf(id));
        var joins = _device.Count > 0;
        _device.Add(work);
        _arrivals.Add(VirtualDevice.Remember(work), _device.Timestamp, joins);
        _outcomes[id] = new EtaOutcome(_device.Forecast(work, null), _device.Forecast(work, _arrivals), futures == 0 ? null : Known(id, rate, futures));
        _running.Add(id, (work, _device.Seconds));
    }

    private void Run()
    {
        var done = _device.Run();
        foreach (var (id, (work, begun)) in _running.Where(running => running.Value.Work.RemainingSteps <= _steps[(int)running.Key] / 2 && !_halves.ContainsKey(running.Key)))
        {
            var outcome = _outcomes[id];
            outcome.HalfAlone = _device.Forecast(work, null);
            outcome.HalfStated = new StatedEta(outcome.Stated, outcome.Alone).Later(outcome.HalfAlone);
            _halves.Add(id, _device.Seconds);
        }

        foreach (var work in done)
        {
            var outcome = _outcomes[work.Id];
            _running.Remove(work.Id, out var running);
            _halves.Remove(work.Id, out var half);
            (outcome.Took, outcome.HalfTook) = (_device.Seconds - running.Begun, _device.Seconds - half);
        }
    }

    private double Known(long id, double rate, int futures) =>
        Quantiles.Of(Enumerable.Range(0, futures).Select(future => Future(id, rate, (ulong)((id * futures) + future))), 0.5);

    private double Future(long id, double rate, ulong seed)
    {
        const int Block = 64;
        var device = _device.Copy();
        var (began, number) = (device.Seconds, 0);
        for (var block = 0UL; ; block++)
        {
            var steps = Arrivals.Steps(Block, LeastSteps, MostSteps, (seed * 1_000_003) + block);
            var last = device.Seconds;
            foreach (var (at, length) in Arrivals.Poisson(Block, 1 / rate, (seed * 1_000_003) + block + 500_000).Zip(steps))
            {
                while (device.Seconds < last + at)
                {
                    if (device.Run().Any(work => work.Id == id))
                    {
                        return device.Seconds - began;
                    }
                }

                var arrived = _outcomes.Length + number++;
                device.Add(new QueuedWork(arrived, device.Timestamp, length, LaneOf((long)(seed % 97) + arrived)));
            }
        }
    }
}
