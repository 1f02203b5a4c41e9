using System.Diagnostics;
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

        double[] wall = [.. whole.Zip(inside, (step, network) => 1 - (network.WallMs / step.WallMs))];
        double[] cpu = [.. whole.Zip(inside, (step, network) => 1 - (network.CpuMs / step.CpuMs))];
        double[] stepMs = [.. whole.Select(step => step.WallMs)];
        return new BatchFigures(
            batch,
            steps,
            Quantile(stepMs, 0.5),
            Quantile(stepMs, 0.25),
            Quantile(stepMs, 0.75),
            Quantile([.. whole.Select(step => step.CpuMs)], 0.5),
            Quantile([.. inside.Select(network => network.WallMs)], 0.5),
            Quantile(wall, 0.5),
            Quantile(wall, 0.25),
            Quantile(wall, 0.75),
            Quantile(cpu, 0.5),
            Quantile(cpu, 0.25),
            Quantile(cpu, 0.75));
    }

    private static Timing Time(Action action)
    {
        var cpu = Environment.CpuUsage.TotalTime;
        var began = Stopwatch.GetTimestamp();
        action();
        return new Timing(Stopwatch.GetElapsedTime(began).TotalMilliseconds, (Environment.CpuUsage.TotalTime - cpu).TotalMilliseconds);
    }

    private static double Quantile(double[] values, double share)
    {
        var sorted = values.Order().ToArray();
        return sorted[(int)Math.Round(share * (sorted.Length - 1))];
    }
}
