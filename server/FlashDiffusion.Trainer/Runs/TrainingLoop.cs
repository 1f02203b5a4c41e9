using FlashDiffusion.Trainer.Optimisation;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Runs;

/// <summary>
/// The loop that all trainings share: step, average, checkpoint at least once a minute, validate with the averaged weights,
/// write the curves. A run of a given number of steps that is killed and resumed ends with bit-equal weights.
/// </summary>
internal sealed class TrainingLoop(ITrainingTask task, RunSettings settings, TimeProvider time, IRunReporter reporter)
{
    private readonly RunBudget _budget = RunBudget.Of(settings);

    /// <summary>Trains to the end of the budget, or to the step in which cancellation is seen; a checkpoint is written either way.</summary>
    /// <returns>Where the run stands.</returns>
    public RunPosition Run(CancellationToken cancellation)
    {
        Directory.CreateDirectory(settings.Output);
        using var hold = Hold(settings.Output);
        using var optimizer = new SplitOptimizer(task.Parameters, task.IsEdge, settings.Muon, settings.Adam);
        using var average = new WeightAverage(task.Parameters, settings.AverageDecay);
        var checkpoint = new TrainingCheckpoint(settings.Output, task.Parameters, optimizer, average);
        var position = settings.Resume ? checkpoint.Load(settings.Seed) : new RunPosition(0, 0, settings.Seed);
        var losses = CurveTable.Open(Path.Combine(settings.Output, "loss.csv"), position.Step);
        var validation = CurveTable.Open(Path.Combine(settings.Output, "validation.csv"), position.Step);
        var (saved, validated) = (position, position);
        var window = new CurveWindow();
        var windowStart = position.Seconds;

        while (_budget.Progress(position.Step, position.Seconds) is var progress && progress < 1 && !cancellation.IsCancellationRequested)
        {
            var begun = time.GetTimestamp();
            var step = position.Step + 1;
            var loss = Step(step, progress, optimizer, window);
            average.Update(step);
            position = position with { Step = step, Seconds = position.Seconds + time.GetElapsedTime(begun).TotalSeconds };
            var rate = window.Count * task.BatchSize / Math.Max(1e-9, position.Seconds - windowStart);
            reporter.Stepped(position, progress, loss, rate);

            if (window.Count >= settings.CurveSteps)
            {
                losses.Append(position.Step, position.Seconds, WithRates(window.Means, progress, step, rate));
                window.Clear();
                windowStart = position.Seconds;
            }

            if (position.Seconds - saved.Seconds >= settings.CheckpointSeconds)
            {
                checkpoint.Save(position);
                saved = position;
            }

            if (position.Seconds - validated.Seconds >= settings.ValidationSeconds)
            {
                position = Validate(position, average, validation);
                CurvePlot.Write(losses, Path.Combine(settings.Output, "loss.png"));
                checkpoint.Save(position);
                (saved, validated, windowStart) = (position, position, position.Seconds);
                window.Clear();
            }
        }

        checkpoint.Save(position);
        if (!cancellation.IsCancellationRequested)
        {
            position = Validate(position, average, validation);
        }

        CurvePlot.Write(losses, Path.Combine(settings.Output, "loss.png"));
        return position;
    }

    /// <summary>Two runs in one folder would overwrite each other's checkpoints.</summary>
    private static FileStream Hold(string folder)
    {
        try
        {
            return new FileStream(Path.Combine(folder, "run.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException error)
        {
            throw new IOException($"Another run is writing to '{folder}'; wait for its end, or choose another --output.", error);
        }
    }

    private double Step(long step, double progress, SplitOptimizer optimizer, CurveWindow window)
    {
        using var scope = NewDisposeScope();
        var loss = task.Loss(step, progress);
        loss.Value.backward();
        var value = window.Add(step, loss);
        optimizer.Step(step, settings.Schedule.Factor(step, progress));
        foreach (var parameter in task.Parameters)
        {
            parameter.Value.grad?.zero_();
        }

        return value;
    }

    private RunPosition Validate(RunPosition position, WeightAverage average, CurveTable table)
    {
        var begun = time.GetTimestamp();
        average.Swap();
        var figures = task.Validate();
        task.Save(Path.Combine(settings.Output, "weights"));
        average.Swap();
        table.Append(position.Step, position.Seconds, figures);
        CurvePlot.Write(table, Path.Combine(settings.Output, "validation.png"));
        reporter.Validated(position, figures);
        return position with { Seconds = position.Seconds + time.GetElapsedTime(begun).TotalSeconds };
    }

    private Dictionary<string, double> WithRates(IReadOnlyDictionary<string, double> means, double progress, long step, double rate)
    {
        var figures = new Dictionary<string, double>(means)
        {
            ["learning_rate"] = settings.Muon.LearningRate * settings.Schedule.Factor(step, progress),
            ["samples_per_second"] = rate,
        };
        return figures;
    }
}
