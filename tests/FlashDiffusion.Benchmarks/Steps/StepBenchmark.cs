using System.Diagnostics;
using FlashDiffusion.Benchmarks.Macro.Statistics;
using TorchSharp;

namespace FlashDiffusion.Benchmarks.Steps;

/// <summary>Measures whole steps, and in each what its networks took: so a noisy machine, which disturbs one step and not the next, disturbs both alike.</summary>
internal static class StepBenchmark
{
    private const int WarmUpSteps = 3;

    public static StepFigures Run(ILatentDiffusionModel model, ILatentSolver solver, PictureShape picture, IReadOnlyList<int> batches, int steps) => new(
        $"{model.Name}/{model.Version}",
        solver.Descriptor.Name,
        picture.ToString(),
        torch.get_num_threads(),
        [.. batches.Select(batch => Measure(model, solver, picture, batch, steps))]);

    private static BatchFigures Measure(ILatentDiffusionModel model, ILatentSolver solver, PictureShape picture, int batch, int steps)
    {
        var networks = new TimedNetworks(model);
        using var engine = new EngineBatch(networks, solver, picture, batch, WarmUpSteps + steps);
        for (var step = 0; step < WarmUpSteps; step++)
        {
            engine.Step();
        }

        var (whole, inside) = (new Timing[steps], new Timing[steps]);
        for (var step = 0; step < steps; step++)
        {
            networks.Reset();
            whole[step] = Time(engine.Step);
            inside[step] = networks.Total;
        }

        var pairs = whole.Zip(inside).ToArray();
        var (wall, cpu) = (Spread.Of(pairs.Select(pair => 1 - (pair.Second.WallMs / pair.First.WallMs))), Spread.Of(pairs.Select(pair => 1 - (pair.Second.CpuMs / pair.First.CpuMs))));
        var stepMs = Spread.Of(whole.Select(step => step.WallMs));
        return new BatchFigures(
            batch,
            steps,
            stepMs.Median,
            stepMs.Low,
            stepMs.High,
            Spread.Of(whole.Select(step => step.CpuMs)).Median,
            Spread.Of(inside.Select(network => network.WallMs)).Median,
            wall.Median,
            wall.Low,
            wall.High,
            cpu.Median,
            cpu.Low,
            cpu.High);
    }

    private static Timing Time(Action action)
    {
        var cpu = Environment.CpuUsage.TotalTime;
        var began = Stopwatch.GetTimestamp();
        action();
        return new Timing(Stopwatch.GetElapsedTime(began).TotalMilliseconds, (Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds);
    }
}
