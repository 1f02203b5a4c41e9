using System.Collections.Frozen;
using FlashDiffusion.Models.Operators;
using FlashDiffusion.Models.Repository;
using FlashDiffusion.Noise;
using FlashDiffusion.Pictures;
using FlashDiffusion.Pictures.Metrics;
using FlashDiffusion.Sampling;
using FlashDiffusion.Schedules;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Evaluation.Paper;

/// <summary>Reconstructs one picture as the research code does: official mode, one picture a batch.</summary>
/// <param name="loaded">The model with its severity encoders.</param>
/// <param name="solver">The solver.</param>
/// <param name="preset">Its settings.</param>
/// <param name="cell">The task.</param>
/// <param name="blurNetwork">The family of nonlinear blur, for cells that need its network.</param>
internal sealed class PaperReconstruction(LoadedModel loaded, ILatentSolver solver, NamedPreset preset, PaperCell cell, IForwardOperatorFamily? blurNetwork = null)
{
    private readonly SamplingSpec _sampling = preset.Sampling ?? SamplingSpec.Ddpm;

    /// <summary>Runs a picture.</summary>
    /// <returns>What it looked at and what came out, both on [0,1] and clipped, and the figures.</returns>
    public (Picture Degraded, Picture Reconstruction, PaperResult Result) Run(PaperPicture picture)
    {
        using var scope = NewDisposeScope();
        var shape = new PictureShape(picture.Clean.Height, picture.Clean.Width);
        var spec = cell.Degradation(shape.Width).Spec(picture.Severity, picture.Seed);
        var family = (cell.NeedsBlurNetwork ? blurNetwork : OperatorFamilies.Find(spec.Name)) ?? throw new NotSupportedException($"There is no operator family '{spec.Name}'.");
        using var forward = family.Bind([spec], shape, CPU);
        var encoder = loaded.SeverityEncoders.GetValueOrDefault(spec.Name)
            ?? throw new InvalidOperationException($"Model '{loaded.Model.Name}' has no severity encoder for '{spec.Name}'.");
        var measurement = Ungraded(() => picture.Degrade(forward));
        var estimate = Ungraded(() => encoder.Estimate(forward.ToImage(measurement)));
        // The research code never scales what its severity encoder says (QUIRKS 9); our encoders do.
        var scale = loaded.Model.ScaleFactor;
        var severity = (float)(estimate.Severity.item<float>() / (scale * scale));
        var start = StartStep.FindOfficial(Grid(), severity, correction: (float?)preset.Correction);
        var noise = new CounterNoise(picture.Seed);
        var latents = Mix(start, estimate.Mean / scale, noise);
        var model = new CountedModel(loaded.Model);
        var final = Solve(model, Sample(spec, family.Plan(spec, shape), shape, start.Index), noise, latents, forward, Ungraded(() => forward.Consistent(measurement)));
        var reconstruction = Clipped(Ungraded(() => model.Decode(final, Quantisation.Nearest)));
        return (Clipped(measurement), reconstruction, new PaperResult(
            picture.Name,
            picture.Severity,
            severity,
            start.Index,
            PictureMetrics.Psnr(picture.Clean, reconstruction),
            StructuralSimilarity.Ssim(picture.Clean, reconstruction),
            StructuralSimilarity.Ssim(picture.Clean, reconstruction, SsimBorder.Cropped),
            PictureMetrics.Nmse(picture.Clean, reconstruction),
            model.UnetCalls,
            model.DecoderCalls,
            model.EncoderCalls));
    }

    private System.Collections.Immutable.ImmutableArray<float> Grid() => _sampling.Kind == SamplerKind.Ddpm
        ? loaded.Model.Schedule.SignalToNoise
        : ReverseTrajectory.Grid(loaded.Model.Schedule, _sampling, Compatibility.Official).SignalToNoise;

    private static Tensor Mix(StartStep start, Tensor mean, CounterNoise noise)
    {
        var draws = new float[mean.numel()];
        noise.FillNormal(NoisePurpose.Start, 0, 0, draws);
        return (start.SignalScale * mean) + (start.NoiseScale * tensor(draws, mean.shape));
    }

    private SampleSpec Sample(OperatorSpec spec, OperatorPlan plan, PictureShape picture, int start)
    {
        var violations = new List<FieldViolation>(plan.Violations);
        var given = preset.Parameters.ToDictionary(pair => pair.Key, pair => ParameterValue.Of(pair.Value));
        var parameters = ParameterSet.Resolve(solver.Descriptor.Parameters, given, "parameters", violations);
        Require(violations);
        return new SampleSpec
        {
            Schedule = loaded.Model.Schedule,
            Latent = loaded.Model.LatentShapeOf(picture),
            Picture = picture,
            Sampling = _sampling,
            StartIndex = start,
            Parameters = parameters,
            Operator = spec,
            OperatorPlan = plan,
            NoiseStd = 2 * PaperCell.Noise.Std(0d),
            Compatibility = Compatibility.Official,
        };
    }

    private Tensor Solve(CountedModel model, SampleSpec sample, CounterNoise noise, Tensor latents, IForwardOperator forward, Tensor measurement)
    {
        var plan = solver.Plan(sample);
        Require(plan.Violations);
        IReadOnlyDictionary<string, Tensor> scratch = FrozenDictionary<string, Tensor>.Empty;
        for (var i = 0; i < plan.Steps.Length;)
        {
            var (before, carried) = (latents, scratch);
            using (NewDisposeScope())
            {
                var output = solver.Step(new StepBatch
                {
                    Model = model,
                    Rows = [new StepRow(sample, plan.Steps[i], i, noise)],
                    Latents = before,
                    Operator = forward,
                    Measurements = measurement,
                    Scratch = carried,
                });
                // Copies, so that what the step was given can go.
                latents = output.Latents.detach().clone().MoveToOuterDisposeScope();
                scratch = output.Scratch.ToDictionary(pair => pair.Key, pair => pair.Value.detach().clone().MoveToOuterDisposeScope());
                i += output.Completed is [false] ? 0 : 1;
            }

            before.Dispose();
            foreach (var tensor in carried.Values)
            {
                tensor.Dispose();
            }
        }

        return latents;
    }

    private static void Require(IEnumerable<FieldViolation> violations)
    {
        var faults = violations.Select(violation => violation.Description).ToList();
        if (faults.Count > 0)
        {
            throw new InvalidOperationException(string.Join(" ", faults));
        }
    }

    private static T Ungraded<T>(Func<T> compute)
    {
        using var guard = no_grad();
        return compute();
    }

    private static Picture Clipped(Tensor pictures) => CropSet.ToPicture(pictures.clamp(-1, 1), 0);
}
