using System.Text.Json.Nodes;
using FlashDiffusion.Benchmarks.Macro.Serving;
using FlashDiffusion.Benchmarks.Macro.Work;

namespace FlashDiffusion.Benchmarks.Macro.Memory;

/// <summary>Whether memory grows with the steps, and whether this measurement would see it.</summary>
internal sealed class MemoryFigure : IMacroFigure
{
    private const int AtOnce = 8;
    private const string Forgetting = "--Results:DefaultLifetimeSeconds=1";
    private const string LeakingSolver = "faulty_solver";

    /// <summary>What it keeps before that goes into the room that the server's warm-up left free: of its first 2,400 steps the resident set shows less than a third.</summary>
    private const int Absorbed = 5_000;

    public string Name => "memory";

    public string Description => "slope of the resident set over the steps of a server, and of a solver that leaks 64 KiB a step on purpose";

    public async Task<JsonObject> MeasureAsync(Bench bench, CancellationToken cancellation)
    {
        var steps = bench.Size(quick: 1_500, full: 10_000);
        ResidentSlope honest;
        // Results that are kept for callers who ask again are wanted memory, bounded by an option.
        await using (var server = await bench.StartAsync(Forgetting))
        {
            // The compiler and the free room between tensors settle only after about as many steps as are measured.
            honest = await MeasureAsync(bench, server, (WarmUp: steps * 3 / 2, steps), request => request, cancellation);
        }

        using var plugins = new LeakingPlugins();
        await using var leaking = await bench.StartAsync(Forgetting, $"--plugins={plugins.FullPath}");
        var leak = await MeasureAsync(
            bench,
            leaking,
            (WarmUp: Absorbed, steps),
            request => request.With(changed => changed.Solver = new V1.SolverChoice { Name = LeakingSolver, Parameters = { ["fault"] = new V1.ParameterValue { Text = "leak" } } }),
            cancellation);
        return new JsonObject
        {
            ["rss_slope_bytes_per_step"] = honest.PerStep.Middle,
            ["leak_control_caught"] = leak.Grows,
            ["details"] = new JsonObject { ["honest"] = honest.ToJson(), ["leaking"] = leak.ToJson(), ["planted_bytes_per_step"] = 64 * 1024 },
        };
    }

    private static async Task<ResidentSlope> MeasureAsync(Bench bench, BenchServer server, (int WarmUp, int Measured) steps, Func<Assignment, Assignment> change, CancellationToken cancellation)
    {
        var pictures = (await Assignments.OfAsync(bench.Manifest, AtOnce, server.Client, cancellation)).Select(picture => change(picture.Steps(20))).ToArray();
        var samples = new List<(double Steps, double Bytes)>();
        var done = 0L;
        // What the allocator and the compiler take once comes first and does not count.
        for (var warmUp = 0L; done < steps.Measured;)
        {
            var batch = await Caller.AtOnceAsync(server, pictures, AtOnce, cancellation);
            var taken = batch.All.Sum(finished => (long)finished.Result.Cost.Steps);
            if (warmUp < steps.WarmUp)
            {
                warmUp += taken;
                continue;
            }

            done += taken;
            samples.Add((done, server.ResidentBytes));
        }

        return ResidentSlope.Of(samples);
    }
}
