using System.Diagnostics;
using System.Text.Json.Nodes;
using FlashDiffusion.Benchmarks.Macro.Statistics;
using FlashDiffusion.Benchmarks.Macro.Work;
using FlashDiffusion.Client;
using Grpc.Core;

namespace FlashDiffusion.Benchmarks.Macro.Figures;

/// <summary>How fast a full queue says no, while the device is busy.</summary>
internal sealed class RefusalFigure : IMacroFigure
{
    private const int Places = 8;

    public string Name => "refusal";

    public string Description => "time of a refusal while the queue is full and the device busy, seen by the client";

    public async Task<JsonObject> MeasureAsync(Bench bench, CancellationToken cancellation)
    {
        await using var server = await bench.StartAsync($"--queue={Places}");
        var pictures = await Assignments.OfAsync(bench.Manifest, Places + 1, server.Client, cancellation);
        using var ended = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var busy = Enumerable.Range(0, Places).Select(i => Caller.RunAsync(server.Client, pictures[i].Steps(100).With(request => request.Sampling = null), ended.Token)).ToArray();
        var times = new List<double>();
        var attempts = bench.Size(quick: 200, full: 1000);
        for (var attempt = 0; times.Count < attempts && busy.All(task => !task.IsCompleted); attempt++)
        {
            var began = Stopwatch.GetTimestamp();
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            var call = Caller.RunAsync(server.Client, pictures[Places], patience.Token);
            if (await Task.WhenAny(call, Task.Delay(TimeSpan.FromSeconds(1), cancellation)) != call)
            {
                // Not all places were taken yet.
                await patience.CancelAsync();
                await ((Task)call).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                continue;
            }

            var refusal = (call.Exception?.InnerException as FlashException) ?? throw new InvalidOperationException("The queue was not full.");
            if (refusal.Code != StatusCode.ResourceExhausted || refusal.RetryAfter is null)
            {
                throw refusal;
            }

            times.Add(1000 * Stopwatch.GetElapsedTime(began).TotalSeconds);
        }

        await ended.CancelAsync();
        foreach (var call in busy)
        {
            await ((Task)call).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        return new JsonObject
        {
            ["refusal_ms_p99"] = Quantiles.Of(times, 0.99),
            ["details"] = new JsonObject { ["p50"] = Quantiles.Of(times, 0.5), ["longest"] = times.Max(), ["refusals"] = times.Count },
        };
    }
}
