using System.Collections.Frozen;
using System.Collections.Immutable;
using FlashDiffusion.Models.Operators;
using FlashDiffusion.Noise;
using FlashDiffusion.Sampling;
using FlashDiffusion.Testing.Fakes;
using static TorchSharp.torch;

namespace FlashDiffusion.Plugins.Tests.Differences;

/// <summary>Solver, fake networks, a shipped operator and random latents and measurements; a test runs it in both modes.</summary>
internal sealed record Scene
{
    private static readonly PictureShape Shape = new(32, 32);

    public Scene(string solver, params (string Name, ParameterValue Value)[] parameters)
    {
        Solver = Solvers.Named(solver);
        var violations = new List<FieldViolation>();
        Parameters = ParameterSet.Resolve(Solver.Descriptor.Parameters, parameters.ToDictionary(pair => pair.Name, pair => pair.Value), "parameters", violations);
        Assert.Empty(violations);
    }

    public ILatentSolver Solver { get; }

    public ParameterSet Parameters { get; }

    public FakeModel Model { get; init; } = new();

    public SamplingSpec Sampling { get; init; } = SamplingSpec.Ddpm;

    public int StartIndex { get; init; } = 40;

    public int Rows { get; init; } = 1;

    public string Operator { get; init; } = "gaussian_blur";

    public (string Name, double Value)[] OperatorParameters { get; init; } = [("std", 1)];

    public double NoiseStd { get; init; } = 0.1;

    public SampleSpec Sample(Compatibility compatibility)
    {
        var spec = Spec(compatibility);
        return new SampleSpec
        {
            Schedule = Model.Schedule,
            Latent = Model.LatentShapeOf(Shape),
            Picture = Shape,
            Sampling = Sampling,
            StartIndex = StartIndex,
            Parameters = Parameters,
            Operator = spec,
            OperatorPlan = OperatorFamilies.Find(Operator)!.Plan(spec, Shape),
            NoiseStd = NoiseStd,
            Compatibility = compatibility,
        };
    }

    /// <summary>Runs the first so many planned steps, or all.</summary>
    /// <returns>What each made; tensors belong to the caller's scope.</returns>
    public List<StepOutput> Run(Compatibility compatibility, int steps = int.MaxValue)
    {
        var sample = Sample(compatibility);
        var plan = Solver.Plan(sample);
        Assert.Empty(plan.Violations);
        using var forward = OperatorFamilies.Find(Operator)!.Bind([.. Enumerable.Repeat(sample.Operator!, Rows)], Shape, CPU);
        var measurements = forward.Consistent(Draw(1, forward.Forward(zeros(Shape.Batch(Rows))).shape));
        var latents = Draw(2, Rows, sample.Latent.Channels, sample.Latent.Height, sample.Latent.Width);
        IReadOnlyDictionary<string, Tensor> scratch = FrozenDictionary<string, Tensor>.Empty;
        var outputs = new List<StepOutput>();
        foreach (var (index, step) in plan.Steps.Take(steps).Index())
        {
            StepOutput output;
            do
            {
                output = Solver.Step(new StepBatch
                {
                    Model = Model,
                    Rows = [.. Enumerable.Range(0, Rows).Select(row => new StepRow(sample, step, index, new CounterNoise((ulong)row)))],
                    Latents = latents,
                    Operator = forward,
                    Measurements = measurements,
                    Scratch = scratch,
                });
                (latents, scratch) = (output.Latents, output.Scratch);
            }
            while (output.Completed is { } completed && completed.Contains(false));
            outputs.Add(output);
        }

        return outputs;
    }

    /// <summary>Gradient of the guidance loss at a clean latent.</summary>
    public Tensor GuidanceAt(Compatibility compatibility, Tensor clean)
    {
        var sample = Sample(compatibility);
        using var forward = OperatorFamilies.Find(Operator)!.Bind([sample.Operator!], Shape, CPU);
        return GuidanceGradient.At(
            new StepBatch
            {
                Model = Model,
                Rows = [new StepRow(sample, Solver.Plan(sample).Steps[0], 0, new CounterNoise(0))],
                Latents = clean,
                Operator = forward,
                Measurements = forward.Consistent(Draw(1, Shape.Batch(1))),
            },
            clean,
            GuidanceLoss.Residual).Gradient;
    }

    /// <summary>Largest difference of two tensors.</summary>
    public static float Distance(Tensor left, Tensor right) => (left - right).abs().max().item<float>();

    // The same for every mode, so that modes can be compared.
    private static Tensor Draw(ulong seed, params long[] shape)
    {
        var values = new float[shape.Aggregate(1L, (product, side) => product * side)];
        new CounterNoise(seed).FillNormal(NoisePurpose.Degrade, 0, 0, values);
        return tensor(values, shape) * 0.3f;
    }

    private OperatorSpec Spec(Compatibility compatibility)
    {
        var family = OperatorFamilies.Find(Operator)!;
        var given = OperatorParameters.ToImmutableDictionary(pair => pair.Name, pair => ParameterValue.Of(pair.Value), StringComparer.Ordinal);
        return new OperatorSpec(Operator, ParameterSet.Resolve(family.Descriptor.Parameters, given, "operator", [])) { Seed = 3, Compatibility = compatibility };
    }
}
