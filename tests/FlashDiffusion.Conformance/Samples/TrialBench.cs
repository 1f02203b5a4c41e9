using FlashDiffusion.Noise;
using Xunit;
using static TorchSharp.torch;

namespace FlashDiffusion.Conformance;

/// <summary>Makes samples as an engine would: degrades a made-up picture, plans, mixes the start latent.</summary>
/// <param name="model">The model.</param>
/// <param name="family">The operator; null if the solver is to run without one.</param>
/// <param name="operatorParameters">Parameters of the operator that are not to be varied.</param>
/// <param name="picture">Shape of the pictures.</param>
/// <param name="noiseStd">Measurement noise on [-1, 1].</param>
internal sealed class TrialBench(
    ILatentDiffusionModel model,
    IForwardOperatorFamily? family,
    IReadOnlyDictionary<string, ParameterValue> operatorParameters,
    PictureShape picture,
    double noiseStd)
{
    public ILatentDiffusionModel Model => model;

    public IForwardOperatorFamily? Family => family;

    public PictureShape Picture => picture;

    /// <summary>What is fixed about a sample.</summary>
    public SampleSpec Spec(SampleRecipe recipe)
    {
        var spec = family is null ? null : OperatorOf(recipe);
        return new SampleSpec
        {
            Schedule = model.Schedule,
            Latent = model.LatentShapeOf(picture),
            Picture = picture,
            Sampling = recipe.Sampling,
            StartIndex = recipe.StartIndex,
            Parameters = recipe.Parameters,
            Operator = spec,
            OperatorPlan = spec is null ? null : family!.Plan(spec, picture),
            OperatorIsLinear = family?.Descriptor.IsLinear ?? true,
            NoiseStd = spec is null ? 0 : noiseStd * (1 + (0.25 * (recipe.Seed % 3))),
            Compatibility = recipe.Compatibility,
        };
    }

    /// <summary>A sample at its start. The caller disposes it.</summary>
    public TrialSample Make(ILatentSolver solver, SampleRecipe recipe)
    {
        var spec = Spec(recipe);
        var plan = solver.Plan(spec);
        Assert.True(plan.Violations.IsEmpty, $"Plan refuses {recipe}: {string.Join(" ", plan.Violations.Select(violation => violation.Description))}");
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var noise = new CounterNoise(recipe.Seed);
        var truth = Normal(noise, NoisePurpose.Inner, spec.Latent.Batch(1)) * 0.7;
        var clean = model.Decode(truth, Quantisation.None);
        return new TrialSample
        {
            Recipe = recipe,
            Spec = spec,
            Steps = plan.Steps,
            Noise = noise,
            Measurement = Measure(spec, clean, noise)[0].clone().DetachFromDisposeScope(),
            Latent = Start(spec, plan, truth, noise, solver.Descriptor.Needs.HasFlag(SolverNeeds.CleanStart))[0].clone().DetachFromDisposeScope(),
        };
    }

    // Numbers of the operator differ from row to row, as they may in a batch.
    private OperatorSpec OperatorOf(SampleRecipe recipe)
    {
        var descriptors = family!.Descriptor.Parameters;
        var varied = recipe.Seed % 2 == 0 ? ParameterVariations.Stronger(descriptors.Where(descriptor => !descriptor.Structural)) : [];
        foreach (var (name, value) in operatorParameters)
        {
            varied[name] = value;
        }

        var called = recipe.IsTwin ? family.Descriptor.Name + TwinFamily.Suffix : family.Descriptor.Name;
        return new OperatorSpec(called, ParameterVariations.With(descriptors, varied)) { Seed = recipe.Seed, Compatibility = recipe.Compatibility };
    }

    private Tensor Measure(SampleSpec spec, Tensor clean, INoiseSource noise)
    {
        if (spec.Operator is null)
        {
            return clean;
        }

        using var bound = family!.Bind([spec.Operator], picture, model.Device);
        var measured = bound.Forward(clean);
        return measured + (Normal(noise, NoisePurpose.Degrade, measured.shape) * spec.NoiseStd);
    }

    private static Tensor Start(SampleSpec spec, SolverPlan plan, Tensor truth, INoiseSource noise, bool clean)
    {
        var share = clean || plan.Steps.IsEmpty ? 0 : 1 - spec.Schedule.ExactAlphasCumprod[Math.Max(0, plan.Steps[0].Timestep)];
        return (truth * Math.Sqrt(1 - share)) + (Normal(noise, NoisePurpose.Start, truth.shape) * Math.Sqrt(share));
    }

    private static Tensor Normal(INoiseSource noise, NoisePurpose purpose, long[] shape)
    {
        var values = new float[shape.Aggregate(1L, (product, side) => product * side)];
        noise.FillNormal(purpose, 0, 0, values);
        return tensor(values, shape);
    }
}
