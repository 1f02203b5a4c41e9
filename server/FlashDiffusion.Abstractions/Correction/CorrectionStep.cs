using System.Collections.Immutable;
using FlashDiffusion.Noise;
using FlashDiffusion.Optimisation;
using FlashDiffusion.Sampling;
using static TorchSharp.torch;

namespace FlashDiffusion.Correction;

/// <summary>
/// Hard data consistency (ReSample, arXiv 2307.08123): the predicted clean latent is replaced by one that agrees with the measurement,
/// and the trajectory continues from there.
/// </summary>
/// <remarks>
/// <code>
/// image:  x* = argmin_x ||A(x) - y||^2 + lambda ||x - D(z_0)||^2,       z_0y = E(x*)
/// latent: z_0y = argmin_z ||A(D(z)) - y||^2 + lambda ||z - z_0||^2
/// z = resample(z_0y, z')                                                (ResampleCoefficients)
/// </code>
/// The minimum is approached by Adam and left as soon as the mean squared residual is within the noise. Official mode keeps the research
/// code's faults: from the prediction, the optimiser works in the prediction's memory, so that the term in lambda vanishes and guidance
/// and weighting see the corrected latent (QUIRKS 3); residuals count removed pixels and couple the rows of a batch.
/// </remarks>
public static class CorrectionStep
{
    private const string Optimiser = "correction";
    private const string Clean = "correction.clean";
    private const string Moved = "correction.moved";
    private const string Origin = "correction.origin";
    private const string Gradient = "correction.gradient";
    private const string Error = "correction.error";
    private const int StartDraw = 0;
    private const int ResampleDraw = 1;

    /// <summary>Updates of one chunk through the decoder: cancellation takes effect between chunks.</summary>
    private const int LatentChunk = 4;

    /// <summary>Updates of one chunk over pixels, which call no network.</summary>
    private const int ImageChunk = 25;

    /// <summary>Whether a step was planned by <see cref="CorrectionPlan.Steps"/>.</summary>
    /// <param name="kind">Kind of the step.</param>
    /// <returns>True if <see cref="Take"/> runs it.</returns>
    public static bool Is(string kind)
    {
        ArgumentNullException.ThrowIfNull(kind);
        return CorrectionKind.Parse(kind) is not null;
    }

    /// <summary>Runs one step, or one chunk of one.</summary>
    /// <param name="batch">Rows whose steps come from <see cref="CorrectionPlan.Steps"/>.</param>
    /// <param name="loss">Guidance loss; needed where moves are guided too.</param>
    /// <returns>What the step made.</returns>
    public static StepOutput Take(StepBatch batch, Func<GuidancePoint, Tensor>? loss = null)
    {
        ArgumentNullException.ThrowIfNull(batch);
        var kind = CorrectionKind.Parse(batch.Rows[0].Step.Kind) ?? throw new ArgumentException($"'{batch.Rows[0].Step.Kind}' is no step of a correction.", nameof(batch));
        return kind.Phase switch
        {
            CorrectionPhase.Predict => Predict(batch, kind, loss),
            CorrectionPhase.Solve => Solve(batch, kind),
            _ => Resample(batch, kind, loss),
        };
    }

    /// <summary>Chunks that a whole solve takes.</summary>
    internal static int ChunksOf(CorrectionDomain domain, int updates)
    {
        var chunk = ChunkOf(domain);
        return (updates + chunk - 1) / chunk;
    }

    private static int ChunkOf(CorrectionDomain domain) => domain == CorrectionDomain.Image ? ImageChunk : LatentChunk;

    private static StepOutput Predict(StepBatch batch, CorrectionKind kind, Func<GuidancePoint, Tensor>? loss)
    {
        var guided = kind.Guided && !CorrectionOptions.GuidesLate(batch.Rows[0].Spec, kind.Domain);
        var estimate = TweedieEstimate.At(batch, guided);
        var guidance = guided ? GuidanceGradient.At(batch, estimate.Clean, loss!) : null;
        var gradient = guidance is null ? null : estimate.PullBack(guidance.Gradient);

        using var guard = no_grad();
        var decodes = kind.Domain == CorrectionDomain.Image || (kind.Weighted && kind.Domain == CorrectionDomain.Latent);
        var decoded = guidance?.Decoded ?? (decodes ? batch.Model.Decode(estimate.Clean, DataConsistency.QuantisationOf(batch)) : null);
        var scratch = ImmutableDictionary<string, Tensor>.Empty
            .Add(Clean, estimate.Clean)
            .Add(Moved, ReverseStep.Move(batch, estimate.Clean, estimate.Prediction));
        if (gradient is not null)
        {
            scratch = scratch.Add(Gradient, gradient);
        }

        if (kind.Domain != CorrectionDomain.None)
        {
            var origin = kind.Domain == CorrectionDomain.Image ? decoded! : estimate.Clean;
            scratch = AdamState.Begin(Started(batch, origin)).Write(scratch.Add(Origin, origin), Optimiser);
            scratch = kind.Weighted ? scratch.Add(Error, DataConsistency.MeanSquare(batch, DataConsistency.Residual(batch, decoded!))) : scratch;
        }

        return new StepOutput { Latents = batch.Latents, PredictedClean = estimate.Clean, DecodedClean = decoded, Residual = guidance?.ResidualNorm, Scratch = scratch };
    }

    private static StepOutput Solve(StepBatch batch, CorrectionKind kind)
    {
        var image = kind.Domain == CorrectionDomain.Image;
        var origin = batch.Scratch[Origin];
        var tolerance = batch.Column(row => CorrectionOptions.ToleranceOf(row.Spec)).flatten();
        var regularisation = batch.Column(row => CorrectionOptions.RegularisationOf(row.Spec)).flatten();
        var rate = batch.Column(row => row.Spec.Parameters.Number(CorrectionParameters.Rate)).flatten();
        var progress = InnerAdam.Run(
            AdamState.Read(batch.Scratch, Optimiser),
            [.. batch.Rows.Select(row => row.Spec.Parameters.Integer(CorrectionParameters.Updates))],
            ChunkOf(kind.Domain),
            _ => rate,
            iterate =>
            {
                var residual = DataConsistency.Residual(batch, image ? iterate : batch.Model.Decode(iterate, DataConsistency.QuantisationOf(batch)));
                var losses = residual.flatten(1).square().sum(1) + (regularisation * (iterate - origin).flatten(1).square().sum(1));
                return new InnerObjective(losses, DataConsistency.MeanSquare(batch, residual.detach()).le(tolerance));
            });
        return new StepOutput
        {
            Latents = batch.Latents,
            PredictedClean = batch.Scratch[Clean],
            Completed = progress.Completed,
            Scratch = progress.State.Write(batch.Scratch.ToImmutableDictionary(), Optimiser),
        };
    }

    private static StepOutput Resample(StepBatch batch, CorrectionKind kind, Func<GuidancePoint, Tensor>? loss)
    {
        var corrected = Corrected(batch, kind);
        var late = kind.Guided && CorrectionOptions.GuidesLate(batch.Rows[0].Spec, kind.Domain);
        var gradient = late ? LateGradient(batch, corrected, loss!) : kind.Guided ? batch.Scratch[Gradient] : null;

        using var guard = no_grad();
        var latents = ResampleStep.Take(batch, corrected, batch.Scratch[Moved], CorrectionOptions.CoefficientsOf, ResampleDraw);
        return new StepOutput { Latents = gradient is null ? latents : latents - gradient, PredictedClean = corrected };
    }

    private static Tensor LateGradient(StepBatch batch, Tensor corrected, Func<GuidancePoint, Tensor> loss)
    {
        var estimate = TweedieEstimate.At(batch, differentiable: true);
        return estimate.PullBack(GuidanceGradient.At(batch, corrected, loss).Gradient);
    }

    private static Tensor Corrected(StepBatch batch, CorrectionKind kind)
    {
        using var guard = no_grad();
        var clean = batch.Scratch[Clean];
        if (kind.Domain == CorrectionDomain.None)
        {
            return clean;
        }

        var solved = AdamState.Read(batch.Scratch, Optimiser).Iterate;
        var corrected = kind.Domain == CorrectionDomain.Image ? DataConsistency.Encode(batch, solved) : solved;
        var overwrites = CorrectionOptions.Overwrites(batch.Rows[0].Spec);
        if (!kind.Weighted || (overwrites && kind.Domain == CorrectionDomain.Latent))
        {
            return corrected;
        }

        // beta = 1 - sigma^2 / max(error, sigma^2): no correction where the prediction was within the noise already.
        var error = overwrites ? DataConsistency.MeanSquare(batch, DataConsistency.Residual(batch, solved)) : batch.Scratch[Error];
        var variance = batch.Column(row => row.Spec.NoiseStd * row.Spec.NoiseStd);
        var beta = 1 - (variance / maximum(error.reshape(-1, 1, 1, 1), variance.clamp(min: float.Epsilon)));
        return ((1 - beta) * clean) + (beta * corrected);
    }

    // Rows may start differently; noise is drawn only if one of them asks for it, so that replayed draws keep their order.
    private static Tensor Started(StepBatch batch, Tensor origin)
    {
        var starts = batch.Rows.Select(row => row.Spec.Parameters.Choice(CorrectionParameters.Start)).ToArray();
        if (Array.TrueForAll(starts, start => start == CorrectionParameters.FromPrediction))
        {
            return origin;
        }

        var started = origin * batch.Column(row => row.Spec.Parameters.Choice(CorrectionParameters.Start) == CorrectionParameters.FromPrediction ? 1 : 0);
        return starts.Contains(CorrectionParameters.FromNoise)
            ? started + (batch.Normal(NoisePurpose.Inner, StartDraw, origin) * batch.Column(row => row.Spec.Parameters.Choice(CorrectionParameters.Start) == CorrectionParameters.FromNoise ? 1 : 0))
            : started;
    }
}
