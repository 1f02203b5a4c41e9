using FlashDiffusion.Engine.Operators;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Sessions;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Probes;

/// <summary>One measurement that waits for a look of a severity encoder (or, without one, of the autoencoder's encoder).</summary>
internal sealed class SeverityProbe : IScheduledWork
{
    private LaneKey? _lane;
    private LaneKey? _stepLane;

    /// <inheritdoc/>
    public required long Id { get; init; }

    /// <inheritdoc/>
    public required long AcceptedAt { get; init; }

    /// <inheritdoc/>
    public long? DueAt { get; init; }

    /// <inheritdoc/>
    public Priority Priority { get; init; } = Priority.Normal;

    /// <inheritdoc/>
    public CallerKey Caller { get; init; }

    /// <inheritdoc/>
    public CallerPlace Place { get; } = new();

    /// <inheritdoc/>
    public int RemainingSteps => 1;

    /// <summary>The model.</summary>
    public required ServedModel Model { get; init; }

    /// <summary>The severity encoder; null to encode the measurement's picture instead.</summary>
    public required ISeverityEncoder? Encoder { get; init; }

    /// <summary>The measurement.</summary>
    public required Workpiece Piece { get; init; }

    /// <summary>The measurement on the device, without batch axis.
    /// It belongs to whoever waits for the look.</summary>
    public required Tensor Measurement { get; init; }

    /// <summary>What will take the steps after it; null if none follow.</summary>
    public ILatentSolver? Solver { get; init; }

    /// <summary>Whether these have one fixed shape.</summary>
    public ComputeMode Mode { get; init; }

    /// <summary>Whether nothing may share them.</summary>
    public bool IsAlone { get; init; }

    /// <summary>Whether it is an estimate: no reconstruction follows the look.</summary>
    public bool IsEstimate { get; init; }

    /// <summary>Whether the decoded mean is wanted, beside the residual that needs it anyway.</summary>
    public bool WantsDecodedMean { get; init; }

    /// <summary>Receives what was seen; the mean latent is the receiver's from then on.</summary>
    public required Action<ProbeResult> Done { get; init; }

    /// <summary>Receives the failure.</summary>
    public required Action<Failure> Failed { get; init; }

    /// <summary>Receives the failure if a thread is lost that holds its tensors: they are not touched.</summary>
    public required Action<Failure> Stranded { get; init; }

    /// <summary>Frees, on that thread, what it held for the probe.</summary>
    public required Action Buried { get; init; }

    /// <summary>Why it should end now; null if it should go on.</summary>
    public required Func<Failure?> Verdict { get; init; }

    /// <summary>Receives the timestamp at which the look begins.</summary>
    public Action<long> Began { get; init; } = _ => { };

    /// <inheritdoc/>
    public LaneKey Lane => _lane ??= new LaneKey
    {
        Stage = Stage.Severity,
        Model = Model.Model,
        Runner = Encoder,
        Working = Piece.Working,
        Picture = Piece.Picture,
        Operator = Piece.OperatorKey,
        Family = Piece.Degradation?.Family,
        Compatibility = Piece.Degradation?.Spec.Compatibility ?? default,
    };

    /// <summary>The lane of a step after it: what it takes is known before anybody knows the steps.</summary>
    public LaneKey StepLane => _stepLane ??= Lane with { Stage = Stage.Step, Runner = Solver, Kind = LaneKey.AnyKind, Mode = Mode, Alone = IsAlone ? Id : 0 };
}
