using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using FlashDiffusion.Benchmarks.Macro.Serving;
using FlashDiffusion.Benchmarks.Macro.Statistics;
using FlashDiffusion.Benchmarks.Macro.Work;
using FlashDiffusion.Client;
using Grpc.Core;

namespace FlashDiffusion.Benchmarks.Macro.Figures;

/// <summary>What one caller's flood does to the others where each has a quota of its own.</summary>
internal sealed class FloodFigure : IMacroFigure
{
    private const int Callers = 12;
    private const int Quota = 1;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(25);

    private enum Neighbour
    {
        Floods,
        KeepsToItsQuota,
        IsAbsent,
    }

    public string Name => "flood";

    public string Description => "p99 of 12 callers that may have one picture each at once, while a thirteenth sends 40 requests a second whatever it is told, against windows without it; and against windows in which it keeps to its quota";

    public async Task<JsonObject> MeasureAsync(Bench bench, CancellationToken cancellation)
    {
        using var keys = new CallerKeys(Callers + 1);
        await using var server = await bench.StartAsync($"--keys-file={keys.FullPath}", $"--Quotas:Concurrent={Quota}");
        var clients = keys.All.Select(server.Connect).ToArray();
        try
        {
            var steps = bench.Size(quick: 2, full: 6);
            var pictures = (await Assignments.OfAsync(bench.Manifest, Callers + 1, clients[0], cancellation)).Select(picture => picture.Steps(steps)).ToArray();
            await WindowAsync(clients, pictures, perCaller: 1, cancellation);

            var times = Enum.GetValues<Neighbour>().ToDictionary(neighbour => neighbour, _ => new List<double>());
            var (ratios, politeRatios) = (new List<double>(), new List<double>());
            var (refused, finished) = (0, 0);
            for (var round = 0; round < bench.Size(quick: 2, full: 5); round++)
            {
                var p99 = new Dictionary<Neighbour, double>();
                // Who is first goes round.
                foreach (var neighbour in Enum.GetValues<Neighbour>().Select(neighbour => (Neighbour)(((int)neighbour + round) % times.Count)))
                {
                    var flood = new Flood(clients[Callers], pictures[Callers], Interval);
                    using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
                    var beside = neighbour switch
                    {
                        Neighbour.Floods => flood.RunAsync(end.Token),
                        Neighbour.KeepsToItsQuota => PoliteAsync(clients[Callers], pictures[Callers], end.Token),
                        _ => Task.CompletedTask,
                    };
                    var window = await WindowAsync(clients, pictures, perCaller: bench.Size(quick: 1, full: 3), cancellation);
                    await end.CancelAsync();
                    await beside;
                    times[neighbour].AddRange(window);
                    p99[neighbour] = Quantiles.Of(window, 0.99);
                    (refused, finished) = (refused + flood.Refused, finished + flood.Finished);
                }

                ratios.Add(p99[Neighbour.Floods] / p99[Neighbour.IsAbsent]);
                politeRatios.Add(p99[Neighbour.Floods] / p99[Neighbour.KeepsToItsQuota]);
            }

            if (refused == 0 || finished == 0)
            {
                throw new InvalidOperationException($"Of the flood {refused} requests were refused and {finished} came through: that was none.");
            }

            return new JsonObject
            {
                ["flood_p99_ratio"] = Ratio(Neighbour.IsAbsent, 0.99),
                ["details"] = new JsonObject
                {
                    ["of_rounds"] = Spread.Of(ratios).ToJson(),
                    ["p50_ratio"] = Ratio(Neighbour.IsAbsent, 0.5),
                    ["p99_against_its_quota"] = Ratio(Neighbour.KeepsToItsQuota, 0.99),
                    ["p99_against_its_quota_of_rounds"] = Spread.Of(politeRatios).ToJson(),
                    ["p99_ms"] = new JsonArray([.. times.Select(entry => (JsonNode)(1000 * Quantiles.Of(entry.Value, 0.99)))]),
                    ["pictures"] = times[Neighbour.Floods].Count,
                    ["refused"] = refused,
                    ["came_through"] = finished,
                    ["steps"] = steps,
                },
            };

            double Ratio(Neighbour without, double share) => Quantiles.Of(times[Neighbour.Floods], share) / Quantiles.Of(times[without], share);
        }
        finally
        {
            foreach (var client in clients)
            {
                client.Dispose();
            }
        }
    }

    /// <summary>Every caller but the last, each with one picture after the other.</summary>
    private static async Task<double[]> WindowAsync(FlashClient[] clients, Assignment[] pictures, int perCaller, CancellationToken cancellation)
    {
        var times = new ConcurrentBag<double>();
        await Task.WhenAll(Enumerable.Range(0, Callers).Select(async caller =>
        {
            for (var i = 0; i < perCaller; i++)
            {
                times.Add(await PatientAsync(clients[caller], pictures[caller], cancellation));
            }
        }));
        return [.. times];
    }

    /// <summary>The time of a picture whose caller comes again if it is too early: the place of the one before is free a moment after its result is there.</summary>
    private static async Task<double> PatientAsync(FlashClient client, Assignment picture, CancellationToken cancellation)
    {
        var began = TimeProvider.System.GetTimestamp();
        while (true)
        {
            try
            {
                await Caller.RunAsync(client, picture, cancellation);
                return TimeProvider.System.GetElapsedTime(began).TotalSeconds;
            }
            catch (FlashException refusal) when (refusal.Code == StatusCode.ResourceExhausted)
            {
                await Task.Delay(Interval, cancellation);
            }
        }
    }

    private static async Task PoliteAsync(FlashClient client, Assignment picture, CancellationToken end)
    {
        try
        {
            while (true)
            {
                await PatientAsync(client, picture, end);
            }
        }
        catch (Exception) when (end.IsCancellationRequested)
        {
            // The window is over.
        }
    }
}
