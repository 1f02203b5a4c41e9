using System.Collections.Immutable;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Operators;
using FlashDiffusion.Engine.Probes;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Starts;
using FlashDiffusion.Noise;
using FlashDiffusion.Sampling;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Samples;

/// <summary>Makes samples: decides the start, plans every step, mixes the start latent. Device thread only.</summary>
/// <param name="options">Options of the engine.</param>
internal sealed class SampleFactory(EngineOptions options)
{
    /// <summary>Whether a request needs a look at its measurement before it can start.</summary>
    public static bool NeedsProbe(ReconstructionRequest request) => request.Resume is null && request.Adaptation.Mode switch
    {
        _ when StartsClean(request) => true,
        AdaptationMode.Fixed => true,
        AdaptationMode.Auto => EncoderOf(request) is not null,
        _ => request.Progress.IncludeDecodedMean && EncoderOf(request) is not null,
    };

    /// <summary>The severity encoder for a request's operator; null if there is none.</summary>
    public static ISeverityEncoder? EncoderOf(ReconstructionRequest request) => EncoderOf(request, request.Model);

    /// <summary>The same of the model on one device.</summary>
    public static ISeverityEncoder? EncoderOf(ReconstructionRequest request, ServedModel model) =>
        request.Operator is { } degradation ? model.SeverityEncoders.GetValueOrDefault(degradation.Spec.Name) : null;

    /// <summary>What is fixed about a sample that starts at an index.</summary>
    public static SampleSpec SpecOf(ReconstructionRequest request, Workpiece piece, int startIndex) => new()
    {
        Schedule = request.Model.Model.Schedule,
        Latent = piece.Latent,
        Picture = piece.Working,
        Sampling = request.Sampling,
        StartIndex = startIndex,
        Parameters = request.SolverParameters,
        Operator = request.Operator?.Spec,
        OperatorPlan = piece.OperatorPlan,
        OperatorIsLinear = request.Operator?.Family.Descriptor.IsLinear ?? true,
        NoiseStd = request.Operator?.NoiseStd ?? 0,
        Compatibility = request.Compatibility,
    };

    /// <summary>What is fixed about a sample whose start is decided.</summary>
    public static SampleSpec SpecOf(ReconstructionRequest request, Workpiece piece, StartDecision start)
    {
        var spec = SpecOf(request, piece, start.Index);
        return start.Cut is not { } cut ? spec : spec with
        {
            Sampling = new SamplingSpec(SamplerKind.Ddim, cut.Trajectory.Length, request.Sampling.Kind == SamplerKind.Ddim ? request.Sampling.DdimEta : 0),
            StartIndex = cut.Trajectory.Length - 1,
            Trajectory = cut.Trajectory,
            TrajectoryShare = cut.Share,
            Parameters = request.SolverParameters.ScaledPerStep(request.Solver.Descriptor.Parameters, cut.GuidanceFactor),
        };
    }

    /// <summary>Every step of a sample whose start is decided.</summary>
    /// <param name="request">The request.</param>
    /// <param name="piece">Its measurement.</param>
    /// <param name="start">The start.</param>
    /// <param name="plan">Asks the solver, which may hang.</param>
    public static SamplePlan PlanOf(ReconstructionRequest request, Workpiece piece, StartDecision start, Func<SampleSpec, SolverPlan> plan)
    {
        var spec = SpecOf(request, piece, start);
        var made = plan(spec);
        ImmutableArray<PlannedStep> inversion = start.Inverts ? DdimInversion.Plan(spec) : [];
        return new SamplePlan(start, spec, inversion.AddRange(made.Steps), inversion.Length, made.Violations);
    }

    /// <summary>Where a sample starts.</summary>
    /// <param name="request">The request.</param>
    /// <param name="piece">Its measurement.</param>
    /// <param name="look">What the severity encoder said; null if nothing looked.</param>
    public StartDecision Start(ReconstructionRequest request, Workpiece piece, SeverityLook? look)
    {
        var decision = StartPlanner.Decide(Question(request, piece, look));
        return StartsClean(request) ? decision.FromCleanLatent(EncoderOf(request) is not null) : decision;
    }

    private StartQuestion Question(ReconstructionRequest request, Workpiece piece, SeverityLook? look) => new()
    {
        Adaptation = request.Adaptation,
        Schedule = request.Model.Model.Schedule,
        Grid = StartGrid.Of(request.Model.Model.Schedule, request.Sampling, request.Compatibility),
        Compatibility = request.Compatibility,
        Policy = request.SeverityPolicy ?? options.SeverityPolicy,
        Degradation = request.Operator,
        Encoder = EncoderOf(request),
        Look = look,
        Band = BandOf(piece, look),
    };

    /// <summary>Credible residuals of a measurement; null without noise.</summary>
    public ResidualBand? BandOf(Workpiece piece, SeverityLook? look) => piece.ResidualStd is { } std && look?.DetailGain is { } gain
        ? ResidualBand.Of(piece.OperatorPlan!.MeasurementCount, piece.Latent.Elements, std, 2 * options.DecodedMeanErrorStd, gain)
        : null;

    /// <summary>Makes a sample.</summary>
    /// <param name="session">The session that it answers.</param>
    /// <param name="model">The model on this device.</param>
    /// <param name="piece">Its measurement.</param>
    /// <param name="measurement">The measurement on the device; the sample's from then on if it is made.</param>
    /// <param name="probe">What the severity encoder saw; null if nothing looked. Its mean is disposed.</param>
    /// <param name="ask">Asks the solver for a plan.</param>
    /// <param name="startedAt">Timestamp of the first work on the device.</param>
    /// <param name="now">Timestamp of the planning.</param>
    /// <returns>The sample, or why it can't be run.</returns>
    public (Sample? Sample, Failure? Failure) Make(ReconstructionSession session, ServedModel model, Workpiece piece, Tensor measurement, ProbeResult? probe, Func<SampleSpec, SolverPlan> ask, long startedAt, long now)
    {
        using var mean = probe?.Mean;
        var request = session.Request;
        var resumed = request.Resume;
        var start = resumed?.Start ?? Start(request, piece, probe?.Look);
        var plan = PlanOf(request, piece, start, ask);
        var spec = plan.Spec;
        if (!plan.Violations.IsEmpty)
        {
            var reasons = string.Join(" ", plan.Violations.Select(violation => violation.Description));
            return (null, new Failure(SessionOutcome.Rejected, "PLAN_INVALID", $"The solver can't run from this start: {reasons}"));
        }

        var noise = new CounterNoise(request.Seed);
        var sample = new Sample
        {
            Session = session,
            Model = model,
            Piece = piece,
            Start = start,
            Spec = spec,
            Steps = plan.Steps,
            InversionSteps = plan.InversionSteps,
            FullSteps = ask(SpecOf(request, piece, StartGrid.Of(spec.Schedule, request.Sampling, spec.Compatibility).FullIndex(spec.Compatibility))).Steps.Length,
            Noise = noise,
            Measurement = measurement,
            Latent = resumed is null ? StartLatent(start, piece.Latent, mean, noise, measurement.device) : resumed.State.Latent.ToTensor(measurement.device),
            Resumed = resumed,
            Announced = resumed?.Announced,
            Calls = resumed?.Calls ?? probe?.Calls ?? default,
            SeverityCalls = resumed?.SeverityCalls ?? (probe is null || EncoderOf(request) is null ? 0 : 1),
            StartedAt = startedAt,
            PlannedAt = now,
        };
        if (resumed is not null)
        {
            sample.Restore(resumed.State);
        }

        return (sample, null);
    }

    private static bool StartsClean(ReconstructionRequest request) => request.Solver.Descriptor.Needs.HasFlag(SolverNeeds.CleanStart);

    // z_start = signal z_hat + noise eps; with a full start, eps alone.
    private static Tensor StartLatent(StartDecision start, LatentShape shape, Tensor? mean, CounterNoise noise, Device device)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var values = new float[shape.Elements];
        noise.FillNormal(NoisePurpose.Start, 0, 0, values);
        var drawn = tensor(values, [shape.Channels, shape.Height, shape.Width], device: device) * start.NoiseScale;
        var latent = start.SignalScale == 0 || mean is null ? drawn : (mean * start.SignalScale) + drawn;
        return latent.DetachFromDisposeScope();
    }
}
