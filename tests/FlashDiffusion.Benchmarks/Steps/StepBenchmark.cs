using System.Diagnostics;
using TorchSharp;

namespace FlashDiffusion.Benchmarks.Steps;

/// <summary>Measures whole steps and their network arithmetic alone, in interleaved pairs, so that a noisy machine disturbs both alike.</summary>
internal static class StepBenchmark
{
    private const int WarmUpRounds = 3;

    // Steps for each that is of a full batch.
    private const int Tries = 4;

    public static StepFigures Run(ILatentDiffusionModel model, PictureShape picture, IReadOnlyList<int> batches, int rounds) => new(
        $"{model.Name}/{model.Version}",
        picture.ToString(),
        torch.get_num_threads(),
        [.. batches.Select(batch => Measure(model, picture, batch, rounds))]);

    private static BatchFigures Measure(ILatentDiffusionModel model, PictureShape picture, int batch, int rounds)
    {
        using var whole = new EngineBatch(model, picture, batch, Tries * (WarmUpRounds + rounds));
        using var alone = new NetworkOnly(model, picture, batch);
        var steps = new Timing[rounds];
        var networks = new Timing[rounds];
        var tries = 0;
        for (var round = -WarmUpRounds; round < rounds;)
        {
            if (++tries > Tries * (WarmUpRounds + rounds))
            {
                throw new InvalidOperationException($"The engine keeps to smaller batches than {batch}, which its measured step times say pay better: there is no full step to measure.");
            }

            var before = whole.StepsTaken;
            // Who goes first alternates, so that neither always finds the caches warm.
            var (step, network) = tries % 2 == 0
                ? (Time(whole.Step), Time(alone.Run))
                : Swap(Time(alone.Run), Time(whole.Step));
            // The engine may take fewer rows: it tries what pays. Such a step is none of a full batch.
            if (whole.StepsTaken - before < batch)
            {
                continue;
            }

            if (round >= 0)
            {
                (steps[round], networks[round]) = (step, network);
            }

            round++;
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
