using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Forecasts;

/// <summary>Says when samples will be done, from the steps that they still need and what such steps took lately. Device loop only.</summary>
/// <param name="times">What units of work took lately.</param>
/// <param name="maximumBatch">Largest batch of steps.</param>
internal sealed class EtaEstimator(StepTimes times, int maximumBatch)
{
    /// <summary>What a unit of a lane's work is measured as.</summary>
    public static TimingKey TimingOf(LaneKey lane)
    {
        var model = (ILatentDiffusionModel)lane.Model;
        var runner = lane.Runner switch
        {
            ILatentSolver solver => $"{solver.Descriptor.Name}/{solver.Descriptor.Version}",
            ISeverityEncoder encoder => encoder.OperatorName,
            _ => "",
        };
        return new TimingKey(lane.Stage, $"{model.Name}/{model.Version}", runner, lane.Kind, lane.Working);
    }

    /// <summary>Time until each sample is done, by number; samples that nothing like it was measured for are left out.</summary>
    /// <param name="samples">All samples under way.</param>
    public Dictionary<long, double> Completions(IEnumerable<Sample> samples) => Forecast.Completions(samples.Select(WorkOf), maximumBatch);

    private ForecastWork WorkOf(Sample sample)
    {
        var lane = sample.Lane;
        var stepLane = lane with { Stage = Stage.Step };
        var kinds = sample.RemainingKinds
            .Where(pair => pair.Value > 0)
            .Select(pair => (Key: TimingOf(stepLane with { Kind = pair.Key, Runner = RunnerOf(sample, pair.Key) }), Count: pair.Value))
            .ToArray();
        var decode = times.Predict(TimingOf(lane with { Stage = Stage.Decode, Kind = "", Runner = null }), 1) ?? 0;
        return new ForecastWork(
            sample.Id,
            stepLane with { Kind = "", Runner = sample.Session.Request.Solver, Operator = sample.Piece.OperatorKey },
            sample.RemainingSteps,
            batch => Mean(kinds, batch),
            decode);
    }

    private static object? RunnerOf(Sample sample, string kind) =>
        kind == Sampling.DdimInversion.StepKind ? null : sample.Session.Request.Solver;

    private double? Mean((TimingKey Key, int Count)[] kinds, int batch)
    {
        var (seconds, steps) = (0.0, 0);
        foreach (var (key, count) in kinds)
        {
            if (times.Predict(key, batch) is not { } time)
            {
                return null;
            }

            seconds += time * count;
            steps += count;
        }

        return steps == 0 ? 0 : seconds / steps;
    }
}
