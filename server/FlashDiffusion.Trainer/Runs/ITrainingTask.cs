using FlashDiffusion.Trainer.Optimisation;

namespace FlashDiffusion.Trainer.Runs;

/// <summary>
/// What is trained: its parameters, its loss at a step, its figures on held-out pictures, and its published files.
/// Everything random in <see cref="Loss"/> is a function of the run's seed and the step.
/// </summary>
internal interface ITrainingTask : IDisposable
{
    /// <summary>Trained parameters by published name; frozen ones are not listed.</summary>
    IReadOnlyList<TrainableParameter> Parameters { get; }

    /// <summary>Samples that one step sees, for throughput figures.</summary>
    int BatchSize { get; }

    /// <summary>Whether the parameter faces the data (first or last layer), where AdamW is used.</summary>
    bool IsEdge(string name);

    /// <summary>The loss of one step, with gradients; called inside a dispose scope.</summary>
    /// <param name="step">The step about to be taken, from 1.</param>
    /// <param name="progress">Share of the run that lies behind, 0 to 1.</param>
    StepLoss Loss(long step, double progress);

    /// <summary>Figures on held-out pictures with the current weights, by name.</summary>
    IReadOnlyDictionary<string, double> Validate();

    /// <summary>Writes the current weights under their published names into the folder, replacing older ones atomically.</summary>
    void Save(string folder);
}
