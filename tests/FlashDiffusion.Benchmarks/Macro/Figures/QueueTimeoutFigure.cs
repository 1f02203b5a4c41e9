using System.Diagnostics;
using System.Text.Json.Nodes;
using FlashDiffusion.Benchmarks.Macro.Serving;
using FlashDiffusion.Benchmarks.Macro.Statistics;
using FlashDiffusion.Benchmarks.Macro.Work;
using FlashDiffusion.Client;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace FlashDiffusion.Benchmarks.Macro.Figures;

/// <summary>Whether who waits for no longer than so long is told at that very time, however busy the device is.</summary>
internal sealed class QueueTimeoutFigure : IMacroFigure
{
    /// <summary>In units of work that take longer than the timeout.</summary>
    private const int Occupants = 32;

    private static readonly TimeSpan Timeout = TimeSpan.FromMilliseconds(200);

    /// <summary>What the row of the notes allows.</summary>
    private static readonly TimeSpan Tolerance = TimeSpan.FromMilliseconds(50);

    public string Name => "queue-timeout";

    public string Description => "when a request with a queue_timeout of 200 ms is refused while 32 long ones of a higher class keep the device in steps that take longer than that, seen by the client; beside it a timer of the client's own, in turns";

    public async Task<JsonObject> MeasureAsync(Bench bench, CancellationToken cancellation)
    {
        await using var server = await bench.StartAsync();
        var pictures = await Assignments.OfAsync(bench.Manifest, Occupants + 1, server.Client, cancellation);
        await using var occupants = await Companions.BeginAsync(server.Client, [.. pictures[..Occupants].Select(Long)], cancellation);
        var impatient = pictures[Occupants].With(request => request.Scheduling = new V1.Scheduling { QueueTimeout = Duration.FromTimeSpan(Timeout) });
        using var metrics = new MetricsReader(server);
        await RoundAsync(server, impatient, 10, cancellation);
        var (rounds, timers) = (new List<double[]>(), new List<double>());
        var before = await metrics.ReadAsync(cancellation);
        for (var round = 0; round < bench.Size(quick: 2, full: 5); round++)
        {
            var (refusals, own) = await RoundAsync(server, impatient, bench.Size(quick: 25, full: 80), cancellation);
            rounds.Add(refusals);
            timers.AddRange(own);
        }

        var after = await metrics.ReadAsync(cancellation);
        return Figures(rounds, timers, UnitMs(before, after));
    }

    private static async Task<(double[] Refusals, double[] Timers)> RoundAsync(BenchServer server, Assignment impatient, int count, CancellationToken cancellation)
    {
        var (refusals, timers) = (new double[count], new double[count]);
        for (var i = 0; i < count; i++)
        {
            foreach (var which in Pairs.Order(i))
            {
                var began = Stopwatch.GetTimestamp();
                await (which == 0 ? RefusedAsync(server.Client, impatient, cancellation) : Task.Delay(Timeout, cancellation));
                (which == 0 ? refusals : timers)[i] = Stopwatch.GetElapsedTime(began).TotalMilliseconds;
            }
        }

        return (refusals, timers);
    }

    private static async Task RefusedAsync(FlashClient client, Assignment impatient, CancellationToken cancellation)
    {
        try
        {
            await Caller.RunAsync(client, impatient, cancellation);
        }
        catch (FlashException refusal) when (refusal is { Code: StatusCode.ResourceExhausted, Reason: "QUEUE_TIMEOUT" })
        {
            return;
        }

        throw new InvalidOperationException("A request got its turn while one of a higher class was under way.");
    }

    private static Assignment Long(Assignment picture) => picture.With(request =>
    {
        // All thousand steps, and again.
        request.Adaptation = new V1.Adaptation { Mode = V1.AdaptationMode.Full };
        request.Scheduling = new V1.Scheduling { Priority = V1.Priority.High };
    });

    private static double UnitMs(MetricsPage before, MetricsPage after)
    {
        const string UnitTime = "flashdiffusion_step_duration_seconds";
        return 1000 * (after.Sum($"{UnitTime}_sum") - before.Sum($"{UnitTime}_sum")) / (after.Sum($"{UnitTime}_count") - before.Sum($"{UnitTime}_count"));
    }

    private static JsonObject Figures(List<double[]> rounds, List<double> timers, double unit)
    {
        double[] all = [.. rounds.SelectMany(round => round)];
        var (p50, p99) = (Of(0.5), Of(0.99));
        return new JsonObject
        {
            ["queue_timeout_ms_p50"] = p50.Value,
            ["queue_timeout_ms_p99"] = p99.Value,
            ["queue_timeout_ms_worst"] = all.Max(),
            ["details"] = new JsonObject
            {
                ["p50"] = p50.ToJson(),
                ["p99"] = p99.ToJson(),
                ["earliest"] = all.Min(),
                ["share_within_50_ms"] = (double)all.Count(ms => Math.Abs(ms - Timeout.TotalMilliseconds) <= Tolerance.TotalMilliseconds) / all.Length,
                ["refusals"] = all.Length,
                ["own_timer_ms"] = new JsonArray(Quantiles.Of(timers, 0.5), Quantiles.Of(timers, 0.99), timers.Max()),
                ["unit_ms"] = unit,
            },
        };

        Pooled Of(double share) => Pooled.Of(rounds, some => Quantiles.Of(some.SelectMany(round => round), share));
    }
}
