using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using FlashDiffusion.Benchmarks.Macro.Serving;
using FlashDiffusion.Benchmarks.Macro.Statistics;
using FlashDiffusion.Benchmarks.Macro.Work;
using Grpc.Net.Client;

namespace FlashDiffusion.Benchmarks.Macro.Figures;

/// <summary>What callers notice of a model and a plugin that are loaded anew while they work, and of a model that has just been loaded.</summary>
internal sealed class ReloadFigure : IMacroFigure
{
    private const int AtOnce = 4;

    public string Name => "reload";

    public string Description => "p50 of pictures, 4 at once, that begin while the model and then a new version of the solver are loaded, against windows without; and the first picture after a load against the next ones";

    public async Task<JsonObject> MeasureAsync(Bench bench, CancellationToken cancellation)
    {
        using var plugins = new ReloadedPlugins();
        await using var server = await bench.StartAsync($"--plugins={plugins.FullPath}", "--admin=true", "--admin-port=0");
        using var channel = GrpcChannel.ForAddress(server.Admin);
        var admin = new V1.AdminService.AdminServiceClient(channel);
        var steps = bench.Size(quick: 5, full: 10);
        var pictures = (await Assignments.OfAsync(bench.Manifest, 8, server.Client, cancellation)).Select(picture => picture.Steps(steps)).ToArray();
        await Caller.AtOnceAsync(server, pictures, AtOnce, cancellation);

        var (ratios, firsts, reloads) = (new List<double>(), new List<double>(), new List<double>());
        List<double>[] times = [[], []];
        for (var round = 0; round < bench.Size(quick: 2, full: 10); round++)
        {
            var windows = new double[2][];
            foreach (var which in Pairs.Order(round))
            {
                windows[which] = await WindowAsync(server, pictures, which == 0 ? ReloadAsync : null, cancellation);
                times[which].AddRange(windows[which]);
            }

            ratios.Add(Quantiles.Of(windows[0], 0.5) / Quantiles.Of(windows[1], 0.5));
            await LoadModelAsync();
            var alone = await Caller.AtOnceAsync(server, [.. Enumerable.Repeat(pictures[round % pictures.Length], 4)], 1, cancellation);
            firsts.Add(alone.All[0].Seconds / Quantiles.Of(alone.All.Skip(1).Select(finished => finished.Seconds), 0.5));
        }

        return new JsonObject
        {
            ["reload_p50_ratio"] = Quantiles.Of(times[0], 0.5) / Quantiles.Of(times[1], 0.5),
            ["first_after_load_ratio"] = Quantiles.Of(firsts, 0.5),
            ["details"] = new JsonObject
            {
                ["of_rounds"] = Spread.Of(ratios).ToJson(),
                ["first_after_load_ratio"] = Spread.Of(firsts).ToJson(),
                ["p50_ms"] = new JsonArray(1000 * Quantiles.Of(times[0], 0.5), 1000 * Quantiles.Of(times[1], 0.5)),
                ["longest_ms"] = new JsonArray(1000 * times[0].Max(), 1000 * times[1].Max()),
                ["pictures"] = new JsonArray(times[0].Count, times[1].Count),
                ["reload_seconds"] = Spread.Of(reloads).ToJson(),
                ["steps"] = steps,
            },
        };

        async Task ReloadAsync()
        {
            var began = TimeProvider.System.GetTimestamp();
            await LoadModelAsync();
            plugins.AddVersion();
            await admin.ReloadPluginsAsync(new V1.ReloadPluginsRequest(), cancellationToken: cancellation);
            reloads.Add(TimeProvider.System.GetElapsedTime(began).TotalSeconds);
        }

        async Task LoadModelAsync() => await admin.LoadModelAsync(new V1.LoadModelRequest { Model = "starter" }, cancellationToken: cancellation);
    }

    /// <summary>Four callers, each with one picture after the other: until the reload is done, or two pictures each.</summary>
    private static async Task<double[]> WindowAsync(BenchServer server, Assignment[] pictures, Func<Task>? reload, CancellationToken cancellation)
    {
        var reloading = reload?.Invoke();
        var times = new ConcurrentBag<double>();
        var begun = 0;
        await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(async _ =>
        {
            int next;
            while ((next = Interlocked.Increment(ref begun)) <= (reloading is null ? 2 * AtOnce : AtOnce) || reloading is { IsCompleted: false })
            {
                times.Add((await Caller.RunAsync(server.Client, pictures[next % pictures.Length], cancellation)).Seconds);
            }
        }));
        await (reloading ?? Task.CompletedTask);
        return [.. times];
    }
}
