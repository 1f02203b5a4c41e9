using System.Collections.Immutable;
using System.Text.Json.Nodes;
using FlashDiffusion.Benchmarks.Macro.Serving;
using FlashDiffusion.Benchmarks.Macro.Statistics;
using FlashDiffusion.Benchmarks.Macro.Work;
using FlashDiffusion.Client;

namespace FlashDiffusion.Benchmarks.Macro.Stalls;

/// <summary>What clients who never read cost the others, and the server's memory.</summary>
internal sealed class StalledFigure : IMacroFigure
{
    private const int Half = 8;

    /// <summary>Longer than the figure: nobody is let go meanwhile.</summary>
    private const string Patient = "--Server:StallSeconds=3600";

    public string Name => "stalled";

    public string Description => "p99 of 8 pictures, watched with everything there is to watch, while 8 more are watched by clients who read nothing, against windows in which these read; and the resident set of a stream that nobody reads";

    public async Task<JsonObject> MeasureAsync(Bench bench, CancellationToken cancellation)
    {
        await using var server = await bench.StartAsync(Patient);
        FlashClient[] clients = [.. Enumerable.Range(0, 2 * Half).Select(_ => server.Connect())];
        try
        {
            var steps = bench.Size(quick: 8, full: 10);
            Assignment[] pictures = [.. (await Assignments.OfAsync(bench.Manifest, clients.Length, server.Client, cancellation)).Select(picture => UnreadStream.Watch(picture.Steps(steps)))];
            var window = new StallWindow(server, clients[..Half], clients[Half..], pictures);
            var (rounds, processor) = await RoundsAsync(window, bench.Size(quick: 3, full: 16), cancellation);
            var memory = await MemoryAsync(server, Cheap(pictures[0]), bench.Size(quick: 3, full: 6), cancellation);
            return Figures(rounds, processor, memory, window.Skipped, steps);
        }
        finally
        {
            Array.ForEach(clients, client => client.Dispose());
        }
    }

    private static async Task<(List<PairedTimes> Rounds, List<double> Processor)> RoundsAsync(StallWindow window, int count, CancellationToken cancellation)
    {
        var (rounds, processor) = (new List<PairedTimes>(), new List<double>());
        await window.RunAsync(stalls: false, cancellation);
        await window.RunAsync(stalls: true, cancellation);
        for (var round = 0; round < count; round++)
        {
            var windows = new (ImmutableArray<double> Times, double Processor)[2];
            foreach (var which in Pairs.Order(round))
            {
                windows[which] = await window.RunAsync(stalls: which == 0, cancellation);
            }

            rounds.Add(new PairedTimes(windows[0].Times, windows[1].Times));
            processor.Add(windows[0].Processor / windows[1].Processor);
        }

        return (rounds, processor);
    }

    private static async Task<List<(double Streams, double Bytes)>> MemoryAsync(BenchServer server, Assignment picture, int groups, CancellationToken cancellation)
    {
        using var metrics = new MetricsReader(server);
        await using var memory = new StallMemory(server, metrics, picture);
        var points = new List<(double Streams, double Bytes)>();
        // The first of each makes room that all need.
        for (var group = -1; group < groups; group++)
        {
            foreach (var which in Pairs.Order(group + 1))
            {
                var bytes = await memory.AddAsync(stalls: which == 0, cancellation);
                points.AddRange(group >= 0 ? [(memory.Stalled, bytes)] : []);
            }
        }

        return points;
    }

    // Without a look, without gradients: five steps, of which two or three find room on the way to who does not read.
    private static Assignment Cheap(Assignment picture) => picture.Unguided().With(request =>
    {
        request.Adaptation = new V1.Adaptation { Mode = V1.AdaptationMode.Full };
        request.Sampling = new V1.Sampling { Sampler = V1.Sampler.Ddim, DdimSteps = 5 };
    });

    private static JsonObject Figures(List<PairedTimes> rounds, List<double> processor, List<(double Streams, double Bytes)> memory, long skipped, int steps)
    {
        PairedTimes[] level = [.. rounds.Select(round => round.Level())];
        var p99 = Pooled.Of(level, some => PairedTimes.Ratio(some, 0.99));
        var bytes = LinearFit.Of(memory);
        return new JsonObject
        {
            ["stalled_p99_ratio"] = p99.Value,
            ["stalled_bytes_per_stream"] = bytes.Slope,
            ["details"] = new JsonObject
            {
                ["p99_ratio"] = p99.ToJson(),
                ["p99_ratio_in_seconds"] = Pooled.Of(rounds, some => PairedTimes.Ratio(some, 0.99)).ToJson(),
                ["p50_ratio"] = Pooled.Of(level, some => PairedTimes.Ratio(some, 0.5)).ToJson(),
                ["of_processor_time"] = Spread.Of(processor).ToJson(),
                ["p99_ms"] = new JsonArray(1000 * Quantiles.Of(rounds.SelectMany(round => round.Under), 0.99), 1000 * Quantiles.Of(rounds.SelectMany(round => round.Without), 0.99)),
                ["bytes_per_stream_error"] = bytes.SlopeError,
                ["resident_bytes_by_stalled_streams"] = new JsonArray([.. memory.Select(point => new JsonArray(point.Streams, point.Bytes))]),
                ["skipped"] = skipped,
                ["steps"] = steps,
            },
        };
    }
}
