using System.Text.Json.Nodes;
using FlashDiffusion.Benchmarks.Macro.Serving;
using FlashDiffusion.Benchmarks.Macro.Statistics;
using FlashDiffusion.Benchmarks.Macro.Work;

namespace FlashDiffusion.Benchmarks.Macro.Figures;

/// <summary>
/// What it costs to be watched. A hundredth of a guided picture is less than the machine's noise, so what telemetry adds is taken from pictures
/// with as many steps that are cheap, and divided by the usual time of guided ones.
/// </summary>
internal sealed class TelemetryFigure : IMacroFigure
{
    private const int WarmUp = 2;
    private static readonly string[] Signals = ["trace", "metrics", "logs"];

    /// <summary>After each picture, so that what it left to export is exported in its own turn. Longer than the delay of the exporters.</summary>
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(300);

    public string Name => "telemetry";

    public string Description => "the same pictures, one at a time, on a server that exports traces, metrics and logs and is scraped for each picture, and on one with OTEL_SDK_DISABLED; what it adds to a picture, of the usual p50";

    public async Task<JsonObject> MeasureAsync(Bench bench, CancellationToken cancellation)
    {
        await using var sink = await OtlpSink.StartAsync();
        await using var watched = await bench.StartAsync(Exporting(sink.Endpoint));
        await using var unwatched = await bench.StartAsync(new Dictionary<string, string> { ["OTEL_SDK_DISABLED"] = "true" });
        var steps = bench.Size(quick: 4, full: 12);
        var pictures = (await Assignments.OfAsync(bench.Manifest, 8, watched.Client, cancellation)).Select(picture => picture.Steps(steps)).ToArray();
        using var scraper = new HttpClient();
        await PairsAsync(WarmUp, watched, unwatched, pictures, scraper, cancellation);
        var guided = await PairsAsync(bench.Size(quick: 6, full: 24), watched, unwatched, pictures, scraper, cancellation);

        // The same events and spans around steps without guidance, whose time is a fraction: what the machine adds by chance is one too.
        Assignment[] light = [.. pictures.Select(picture => picture.Unguided())];
        await PairsAsync(WarmUp, watched, unwatched, light, scraper, cancellation);
        var lightly = await PairsAsync(bench.Size(quick: 16, full: 160), watched, unwatched, light, scraper, cancellation);
        if (Signals.FirstOrDefault(signal => sink.Bytes(signal) == 0) is { } missing)
        {
            throw new InvalidOperationException($"The server exported no {missing}: the figure would be of nothing.");
        }

        var (usual, added) = (Quantiles.Of(guided.Seconds[1], 0.5), MeanDifference.Of(lightly.Seconds[0], lightly.Seconds[1]));
        var addedProcessor = MeanDifference.Of(lightly.Processor[0], lightly.Processor[1]);
        return new JsonObject
        {
            ["telemetry_cost"] = added.Mean / usual,
            ["details"] = new JsonObject
            {
                ["telemetry_cost_error"] = added.StandardError / usual,
                ["added_seconds"] = added.ToJson(),
                ["added_processor_seconds"] = addedProcessor.ToJson(),
                ["of_p50_as_processor_time"] = addedProcessor.Mean / usual,
                ["p50_ms"] = new JsonArray(1000 * Quantiles.Of(guided.Seconds[0], 0.5), 1000 * usual),
                ["light_p50_ms"] = new JsonArray(1000 * Quantiles.Of(lightly.Seconds[0], 0.5), 1000 * Quantiles.Of(lightly.Seconds[1], 0.5)),
                ["guided_pairs"] = Costs(guided.Seconds).ToJson(),
                ["guided_pairs_of_processor_time"] = Costs(guided.Processor).ToJson(),
                ["exported_bytes_per_picture"] = Signals.Sum(sink.Bytes) / (double)(guided.Seconds[0].Count + lightly.Seconds[0].Count + (2 * WarmUp)),
                ["steps"] = steps,
            },
        };
    }

    private static async Task<(List<double>[] Seconds, List<double>[] Processor)> PairsAsync(
        int pairs, BenchServer watched, BenchServer unwatched, Assignment[] pictures, HttpClient scraper, CancellationToken cancellation)
    {
        List<double>[] seconds = [[], []];
        List<double>[] processor = [[], []];
        for (var pair = 0; pair < pairs; pair++)
        {
            foreach (var which in Pairs.Order(pair))
            {
                var turn = await TurnAsync(which == 0 ? watched : unwatched, pictures[pair % pictures.Length], which == 0 ? scraper : null, cancellation);
                seconds[which].Add(turn.Seconds);
                processor[which].Add(turn.ProcessorSeconds);
            }
        }

        return (seconds, processor);
    }

    // Spans and logs are exported five times a second, metrics once; by default it is every five seconds, and every minute.
    private static Dictionary<string, string> Exporting(string endpoint) => new()
    {
        ["OTEL_EXPORTER_OTLP_ENDPOINT"] = endpoint,
        ["OTEL_EXPORTER_OTLP_PROTOCOL"] = "grpc",
        ["OTEL_BSP_SCHEDULE_DELAY"] = "200",
        ["OTEL_BLRP_SCHEDULE_DELAY"] = "200",
        ["OTEL_METRIC_EXPORT_INTERVAL"] = "1000",
    };

    private static Spread Costs(List<double>[] both) => Spread.Of(both[0].Zip(both[1], (watched, unwatched) => (watched / unwatched) - 1));

    private static async Task<(double Seconds, double ProcessorSeconds)> TurnAsync(BenchServer server, Assignment picture, HttpClient? scraper, CancellationToken cancellation)
    {
        var processor = server.ProcessorSeconds;
        var scrape = scraper?.GetStringAsync(server.Metrics, cancellation);
        var finished = await Caller.RunAsync(server.Client, picture, cancellation);
        await (scrape ?? Task.FromResult(""));
        await Task.Delay(Pause, cancellation);
        return (finished.Seconds, server.ProcessorSeconds - processor);
    }
}
