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
        var busy = new List<IAsyncEnumerator<ReconstructionEvent>>();
        var times = new List<double>();
        try
        {
            foreach (var picture in pictures.Take(Places))
            {
                // A thousand steps each: they will not be done before this is over. The first event says that the place is taken.
                var stream = server.Client.FollowAsync(picture.With(request => request.Adaptation = new V1.Adaptation { Mode = V1.AdaptationMode.Full }).Request, cancellation).GetAsyncEnumerator(cancellation);
                busy.Add(stream);
                await stream.MoveNextAsync();
            }

            while (times.Count < bench.Size(quick: 200, full: 1000))
            {
                times.Add(await RefusedAsync(server.Client, pictures[Places], cancellation));
            }
        }
        finally
        {
            foreach (var stream in busy)
            {
                await stream.DisposeAsync();
            }
        }

        return new JsonObject
        {
            ["refusal_ms_p99"] = Quantiles.Of(times, 0.99),
            ["details"] = new JsonObject { ["p50"] = Quantiles.Of(times, 0.5), ["longest"] = times.Max(), ["refusals"] = times.Count },
        };
    }

    private static async Task<double> RefusedAsync(FlashClient client, Assignment picture, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        try
        {
            await Caller.RunAsync(client, picture, cancellation);
        }
        catch (FlashException refusal) when (refusal is { Code: StatusCode.ResourceExhausted, RetryAfter: not null })
        {
            return 1000 * Stopwatch.GetElapsedTime(began).TotalSeconds;
        }

        throw new InvalidOperationException("The queue was not full.");
    }
}
