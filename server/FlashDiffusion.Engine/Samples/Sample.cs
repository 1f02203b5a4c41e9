using System.Diagnostics;
using System.Collections.Immutable;
using FlashDiffusion.Engine.Batching;
using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Forecasts;
using FlashDiffusion.Engine.Operators;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Starts;
using FlashDiffusion.Noise;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Samples;

/// <summary>A reconstruction under way: the only mutable thing in the engine. Owned by the device thread.</summary>
internal sealed class Sample : IScheduledWork, IDisposable
{
    /// <summary>It came into a device's batches.</summary>
    public const string JoinMove = "join";

    /// <summary>It left them, for another device or for good.</summary>
    public const string LeaveMove = "leave";

    private readonly Dictionary<string, Tensor> _scratch = new(StringComparer.Ordinal);
    private Dictionary<string, int>? _remainingKinds;
    private LaneKey? _lane;
    private ImmutableArray<byte> _planDigest;
    private Checkpoint? _lastCheckpoint;

    /// <summary>The session that it answers.</summary>
    public required ReconstructionSession Session { get; init; }

    /// <summary>The model on the device that it is on.</summary>
    public required ServedModel Model { get; set; }

    /// <summary>Its measurement.</summary>
    public required Workpiece Piece { get; init; }

    /// <summary>Where it started.</summary>
    public required StartDecision Start { get; set; }

    /// <summary>What is fixed about it.</summary>
    public required SampleSpec Spec { get; set; }

    /// <summary>Every step that it takes: those of a DDIM inversion, if any, then the solver's.</summary>
    public required ImmutableArray<PlannedStep> Steps { get; set; }

    /// <summary>How many of them belong to the inversion.</summary>
    public required int InversionSteps { get; set; }

    /// <summary>Steps that its caller was told of when it was first accepted, here or where it began, if it takes fewer since; null if not.</summary>
    public int? Announced { get; set; }

    /// <summary>Steps that it had taken when it was last tried to shorten what is left of it; null if never.</summary>
    public int? ShortenedAt { get; set; }

    /// <summary>Whether it takes fewer steps than it did when it was planned here; what goes on from a checkpoint never does.</summary>
    public bool WasShortened => Announced is not null && Resumed is null;

    /// <summary>Steps that a start from pure noise would take.</summary>
    public required int FullSteps { get; init; }

    /// <summary>Its noise.</summary>
    public required INoiseSource Noise { get; init; }

    /// <summary>The measurement on the device, without batch axis; owned here.</summary>
    public required Tensor Measurement { get; set; }

    /// <summary>z_t, (C, h, w), float32; owned here.</summary>
    public required Tensor Latent { get; set; }

    /// <summary>What the solver carries from step to step, each without batch axis; owned here.</summary>
    public IReadOnlyDictionary<string, Tensor> Scratch => _scratch;

    /// <summary>Steps done.</summary>
    public int StepIndex { get; private set; }

    /// <summary>Solver calls that the next step has had already, where one does not suffice.</summary>
    public int CallsOfStep { get; private set; }

    /// <summary>Network calls so far.</summary>
    public StepCost Calls { get; set; }

    /// <summary>Severity encoder evaluations so far.</summary>
    public int SeverityCalls { get; init; }

    /// <summary>Timestamp of the first work on the device for it.</summary>
    public required long StartedAt { get; init; }

    /// <summary>Timestamp of its first step; null before.</summary>
    public long? FirstStepAt { get; private set; }

    /// <summary>Steps that its span shows: about sixteen, with the time when each was done.</summary>
    public List<(long At, PlannedStep Step, int Batch)> Trace { get; } = [];

    /// <summary>Its comings into a device's batches and goings, from its first step on; not that at its end.</summary>
    public List<(long At, string Name)> Moves { get; } = [];

    /// <summary>Calls whose samples took traced steps together with this one; a few of them.</summary>
    public HashSet<ActivityContext> Companions { get; } = [];

    /// <summary>Timestamp of its planning.</summary>
    public required long PlannedAt { get; init; }

    /// <summary>When its result was expected then; null if unknown.</summary>
    public StatedEta? FirstEta { get; set; }

    /// <summary>The state that it was resumed from; null if it began here.</summary>
    public Checkpoint? Resumed { get; init; }

    /// <summary>
    /// The newest checkpoint that was made, in host memory: what is left of the sample if the thread hangs that holds its tensors. Null if its
    /// request wants none.
    /// </summary>
    public Checkpoint? LastCheckpoint
    {
        get => Volatile.Read(ref _lastCheckpoint);
        set
        {
            LastCheckpointAt = Session.Now;
            Volatile.Write(ref _lastCheckpoint, value);
        }
    }

    /// <summary>Timestamp of <see cref="LastCheckpoint"/>.</summary>
    public long LastCheckpointAt { get; private set; }

    /// <summary>Fingerprint of <see cref="Steps"/>.</summary>
    public ImmutableArray<byte> PlanDigest => _planDigest.IsDefault ? _planDigest = Samples.PlanDigest.Of(Steps) : _planDigest;

    /// <summary>Training timestep at which the solver starts.</summary>
    public int StartTimestep => Steps.Length > InversionSteps ? Steps[InversionSteps].Timestep : 0;

    /// <inheritdoc/>
    public long Id => Session.Id;

    /// <inheritdoc/>
    public long AcceptedAt => Session.AcceptedAt;

    /// <inheritdoc/>
    public long? DueAt => Session.DueAt;

    /// <inheritdoc/>
    public Priority Priority => Session.Request.Priority;

    /// <inheritdoc/>
    public CallerKey Caller => Session.Request.Caller;

    /// <inheritdoc/>
    public CallerPlace Place { get; } = new();

    /// <summary>Steps left.</summary>
    public int RemainingSteps => Steps.Length - StepIndex;

    /// <inheritdoc/>
    public LaneKey Lane => _lane ??= LaneAt(StepIndex);

    /// <summary>Number of solver calls of each kind that it still needs at most.</summary>
    public IReadOnlyDictionary<string, int> RemainingKinds => _remainingKinds ??= Steps.Skip(StepIndex)
        .AggregateBy(step => step.Kind, 0, (sum, step) => sum + step.Chunks).ToDictionary(StringComparer.Ordinal);

    /// <summary>Solver calls that it still needs at most: estimates and policies go by them.</summary>
    public int RemainingChunks => RemainingKinds.Values.Sum();

    int IScheduledWork.RemainingSteps => RemainingChunks;

    /// <summary>The step that it takes next.</summary>
    public PlannedStep NextStep => Steps[StepIndex];

    /// <summary>Whether the next step belongs to the inversion.</summary>
    public bool IsInverting => StepIndex < InversionSteps;

    /// <summary>Number of the next step in its own plan: the inversion's, or the solver's.</summary>
    public int PlanIndex => IsInverting ? StepIndex : StepIndex - InversionSteps;

    /// <summary>Its first step begins.</summary>
    /// <param name="now">Timestamp.</param>
    public void Begin(long now)
    {
        FirstStepAt = now;
        Moves.Add((now, JoinMove));
    }

    /// <summary>Remembers that it came or went; before its first step nobody has seen it.</summary>
    public void Move(long now, string name)
    {
        if (FirstStepAt is not null)
        {
            Moves.Add((now, name));
        }
    }

    /// <summary>Takes over what a step made.</summary>
    /// <param name="latent">The new latent, outside of any dispose scope.</param>
    /// <param name="scratch">What is carried on, outside of any dispose scope.</param>
    /// <param name="completed">Whether the step is complete; if not it comes again.</param>
    public void Advance(Tensor latent, IEnumerable<KeyValuePair<string, Tensor>> scratch, bool completed)
    {
        Latent.Dispose();
        Latent = latent;
        DropScratch();
        foreach (var (name, value) in scratch)
        {
            _scratch.Add(name, value);
        }

        CallsOfStep = completed ? 0 : CallsOfStep + 1;
        if (completed)
        {
            if (_remainingKinds is not null)
            {
                _remainingKinds[NextStep.Kind] -= NextStep.Chunks;
            }

            StepIndex++;
        }

        _lane = null;
    }

    /// <summary>Changes the plan: before the first step (the start latent stays, since the start timestep does), or of those that are left (<see cref="Budgets.RestOfCut"/>).</summary>
    /// <param name="plan">The new plan.</param>
    public void Replan(SamplePlan plan)
    {
        (Start, Spec, Steps, InversionSteps) = (plan.Start, plan.Spec, plan.Steps, plan.InversionSteps);
        _remainingKinds = null;
        _lane = null;
        _planDigest = default;
    }

    /// <summary>Leaves the device: what it holds there is copied to the host and disposed of.</summary>
    /// <returns>The state to arrive with.</returns>
    public SampleState Leave()
    {
        var state = SampleState.Of(this);
        Dispose();
        return state;
    }

    /// <summary>Comes to a device, the same or another.</summary>
    /// <param name="model">The model there.</param>
    /// <param name="state">What <see cref="Leave"/> returned.</param>
    public void Arrive(ServedModel model, SampleState state)
    {
        Model = model;
        Measurement = HostCopies.ToDevice(Piece.Measurement, model.Model.Device);

        // It goes on within its step.
        var calls = CallsOfStep;
        Restore(state);
        CallsOfStep = calls;
    }

    /// <summary>Continues from a saved state.</summary>
    /// <param name="state">The state of the same sample.</param>
    public void Restore(SampleState state)
    {
        Latent.Dispose();
        Latent = state.Latent.ToTensor(Measurement.device);
        DropScratch();
        foreach (var (name, value) in state.Scratch)
        {
            _scratch.Add(name, value.ToTensor(Measurement.device));
        }

        (StepIndex, CallsOfStep) = (state.StepIndex, 0);
        _remainingKinds = null;
        _lane = null;
    }

    /// <summary>Disposes of it where its session has ended without it, and lets go of what keeps model and solver in service.</summary>
    public void Bury()
    {
        Dispose();
        Session.Lease?.Dispose();
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Latent.Dispose();
        Measurement.Dispose();
        DropScratch();
    }

    private void DropScratch()
    {
        foreach (var value in _scratch.Values)
        {
            value.Dispose();
        }

        _scratch.Clear();
    }

    /// <summary>
    /// What <see cref="LaneKey.Operator"/> is of its steps. Samples of different linear operators, which are cheap beside the networks, meet in a batch where
    /// their numbers may depend on companions within rounding; elsewhere an operator's rows are its own, since their number is part of the compute shape.
    /// </summary>
    public string OperatorLane => SharesOperators ? Piece.OperatorShape : Piece.OperatorKey;

    /// <summary>Its operator, name and structural key, where it shares units with others; empty where it doesn't.</summary>
    public string SharedOperator => SharesOperators ? Piece.OperatorKey : "";

    private bool SharesOperators => Session.Request.Mode == ComputeMode.Fast && Spec is { Compatibility: Compatibility.Standard, OperatorIsLinear: true };

    /// <summary>The lane of a step.</summary>
    /// <param name="step">Its number; that of the last decode is one more than the last step's.</param>
    public LaneKey LaneAt(int step)
    {
        var stage = step == Steps.Length ? Stage.Decode : Stage.Step;
        var inverting = stage == Stage.Step && step < InversionSteps;
        return new LaneKey
        {
            Stage = stage,
            Model = Model.Model,
            Runner = stage == Stage.Step && !inverting ? Session.Request.Solver : null,
            Kind = stage == Stage.Step ? Steps[step].Kind : "",
            Working = Piece.Working,
            Picture = Piece.Picture,
            Operator = inverting ? "" : OperatorLane,
            Family = inverting || SharesOperators ? null : Piece.Degradation?.Family,
            Compatibility = Spec.Compatibility,
            Mode = Session.Request.Mode,
            Alone = ComputeShape.IsAlone(Session.Request) ? Id : 0,
        };
    }
}
