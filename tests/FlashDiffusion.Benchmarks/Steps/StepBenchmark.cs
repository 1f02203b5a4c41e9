using System.Diagnostics;
using TorchSharp;

namespace FlashDiffusion.Benchmarks.Steps;

/// <summary>Measures whole steps and their network arithmetic alone, in interleaved pairs, so that a noisy machine disturbs both alike.</summary>
internal static class StepBenchmark
{
    private const int WarmUpRounds = 3;

    public static StepFigures Run(ILatentDiffusionModel model, PictureShape picture, IReadOnlyList<int> batches, int rounds) => new(
        $"{model.Name}/{model.Version}",
        picture.ToString(),
        torch.get_num_threads(),
        [.. batches.Select(batch => Measure(model, picture, batch, rounds))]);

    private static BatchFigures Measure(ILatentDiffusionModel model, PictureShape picture, int batch, int rounds)
    {
        using var whole = new EngineBatch(model, picture, batch, WarmUpRounds + rounds);
        using var alone = new NetworkOnly(model, picture, batch);
        var steps = new Timing[rounds];
        var networks = new Timing[rounds];
        for (var round = -WarmUpRounds; round < rounds; round++)
        {
            // Who goes first alternates, so that neither always finds the caches warm.
            var (step, network) = round % 2 == 0
                ? (Time(whole.Step), Time(alone.Run))
                : Swap(Time(alone.Run), Time(whole.Step));
            if (round >= 0)
            {
                (steps[round], networks[round]) = (step, network);
            }
        }

        var wall = steps.Zip(networks, (step, network) => 1 - (network.WallMs / step.WallMs)).ToArray();
        var cpu = steps.Zip(networks, (step, network) => 1 - (network.CpuMs / step.CpuMs)).ToArray();
        double[] stepMs = [.. steps.Select(step => step.WallMs)];
        return new BatchFigures(
            batch,
            rounds,
            Quantile(stepMs, 0.5),
            Quantile(stepMs, 0.25),
            Quantile(stepMs, 0.75),
            Quantile([.. steps.Select(step => step.CpuMs)], 0.5),
            Quantile([.. networks.Select(network => network.WallMs)], 0.5),
            Quantile(wall, 0.5),
            Quantile(wall, 0.25),
            Quantile(wall, 0.75),
            Quantile(cpu, 0.5),
            Quantile(cpu, 0.25),
            Quantile(cpu, 0.75));
    }

    private static (Timing Step, Timing Network) Swap(Timing network, Timing step) => (step, network);

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

    private readonly record struct Timing(double WallMs, double CpuMs);
}
