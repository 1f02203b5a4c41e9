using FlashDiffusion.Trainer.Optimisation;

namespace FlashDiffusion.Trainer.Runs;

/// <summary>What is common to all trainings: where, how long, how fast, from which seed.</summary>
internal sealed record RunSettings
{
    /// <summary>Folder of checkpoints, curves and published weights.</summary>
    public required string Output { get; init; }

    /// <summary>Training time in minutes over all resumptions, validation included; null if only steps count.</summary>
    public double? Minutes { get; init; }

    /// <summary>Number of steps; null if only time counts.</summary>
    public long? Steps { get; init; }

    public long Seed { get; init; } = 1;

    /// <summary>Continue from the checkpoint in <see cref="Output"/>.</summary>
    public bool Resume { get; init; }

    /// <summary>Seconds between checkpoints: what a kill can cost.</summary>
    public double CheckpointSeconds { get; init; } = 45;

    /// <summary>Seconds between validations.</summary>
    public double ValidationSeconds { get; init; } = 300;

    /// <summary>Steps that one row of the loss curve averages.</summary>
    public int CurveSteps { get; init; } = 20;

    public MuonSettings Muon { get; init; } = new();

    public AdamWSettings Adam { get; init; } = new();

    public CosineSchedule Schedule { get; init; } = new(50, 0.3);

    /// <summary>Limit of the weight average's decay.</summary>
    public double AverageDecay { get; init; } = 0.999;
}
