using System.Globalization;
using System.Text.Json.Nodes;
using FlashDiffusion.Benchmarks.Macro.Statistics;
using FlashDiffusion.Benchmarks.Macro.Work;

namespace FlashDiffusion.Benchmarks.Macro.Figures;

/// <summary>What batching gives.</summary>
internal sealed class ThroughputFigure : IMacroFigure
{
    private const int Pictures = 32;
    private static readonly int[] Concurrencies = [1, 4, 8, 16, 32];

    public string Name => "throughput";

    public string Description => "32 pictures of mixed severity, 1 to 32 at once: pictures a second, time to the first latent";

    public async Task<JsonObject> MeasureAsync(Bench bench, CancellationToken cancellation)
    {
        await using var server = await bench.StartAsync();
        var pictures = (await Assignments.OfAsync(bench.Manifest, Pictures, server.Client, cancellation)).Select(picture => picture.With(request =>
        {
            request.Progress = new V1.ProgressOptions { EverySteps = 1, IncludeLatent = true };
            // A quarter of the points of the schedule, so of the steps: what a step takes does not depend on how many follow, and with all of them two
            // rounds of five concurrencies take about half an hour. Quick: a tenth.
            request.Sampling = new V1.Sampling { Sampler = V1.Sampler.Ddim, DdimSteps = bench.Size(quick: 100, full: 250) };
        })).ToArray();
        await Caller.AtOnceAsync(server, pictures[..8], 8, cancellation);
        var rates = Concurrencies.ToDictionary(concurrency => concurrency, _ => new List<double>());
        var processor = Concurrencies.ToDictionary(concurrency => concurrency, _ => new List<double>());
        var latents = Concurrencies.ToDictionary(concurrency => concurrency, _ => new List<double>());
        for (var round = 0; round < bench.Size(quick: 3, full: 2); round++)
        {
            foreach (var concurrency in round % 2 == 0 ? Concurrencies : [.. Concurrencies.Reverse()])
            {
                var batch = await Caller.AtOnceAsync(server, pictures, concurrency, cancellation);
                rates[concurrency].Add(Pictures / batch.Seconds);
                processor[concurrency].Add(batch.ProcessorSeconds / Pictures);
                latents[concurrency].AddRange(batch.All.Select(finished => 1000 * finished.FirstLatentSeconds!.Value));
            }
        }

        var gain = Spread.Of(rates[32].Zip(rates[1], (many, one) => many / one));
        return new JsonObject
        {
            ["images_per_second"] = ByConcurrency(concurrency => Spread.Of(rates[concurrency]).Median),
            ["batching_gain"] = gain.Median,
            ["first_latent_ms_p50"] = ByConcurrency(concurrency => Quantiles.Of(latents[concurrency], 0.5)),
            ["first_latent_ms_p99"] = ByConcurrency(concurrency => Quantiles.Of(latents[concurrency], 0.99)),
            ["details"] = new JsonObject
            {
                ["manifest"] = bench.Manifest.Name,
                ["batching_gain"] = gain.ToJson(),
                ["batching_gain_of_processor_time"] = Spread.Of(processor[1].Zip(processor[32], (one, many) => one / many)).ToJson(),
                ["processor_seconds_per_image"] = ByConcurrency(concurrency => Spread.Of(processor[concurrency]).Median),
                ["images_per_second"] = ByConcurrency(concurrency => Spread.Of(rates[concurrency]).ToJson()),
            },
        };
    }

    private static JsonObject ByConcurrency(Func<int, JsonNode> value) =>
        new(Concurrencies.Select(concurrency => KeyValuePair.Create(concurrency.ToString(CultureInfo.InvariantCulture), (JsonNode?)value(concurrency))));
}
