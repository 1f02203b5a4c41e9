using System.Collections.Immutable;
using FlashDiffusion.Engine.Counting;
using FlashDiffusion.Noise;
using FlashDiffusion.Testing.Fakes;
using TorchSharp;
using static TorchSharp.torch;

namespace FlashDiffusion.Plugins.Tests.Analytic;

/// <summary>
/// Runs one sample of a solver step by step as the engine would, with A x = gain x, and checks after every step that the network calls
/// made are those that the plan declares (or no more, where it says that they are a bound).
/// </summary>
internal sealed class SolverBench : IDisposable
{
    private readonly DisposeScope _scope = NewDisposeScope();
    private readonly IForwardOperator _operator;
    private readonly FakeOperatorFamily _family = new();

    public SolverBench(ILatentSolver solver, GaussianModel model, SampleSpec sample, float measurement, ulong seed = 1, int rows = 1)
    {
        (Solver, Model, Sample, Rows) = (solver, model, sample, rows);
        Noise = [.. Enumerable.Range(0, rows).Select(row => new CounterNoise(seed + (ulong)row))];
        _operator = _family.Bind([.. Enumerable.Repeat(sample.Operator ?? FakeOperatorFamily.Spec(), rows)], sample.Picture, CPU);
        Measurements = full(sample.Picture.Batch(rows), measurement);
        Plan = solver.Plan(sample);
        Assert.Empty(Plan.Violations);
    }

    public ILatentSolver Solver { get; }

    public GaussianModel Model { get; }

    public SampleSpec Sample { get; }

    public int Rows { get; }

    public ImmutableArray<CounterNoise> Noise { get; }

    public Tensor Measurements { get; set; }

    public SolverPlan Plan { get; }

    /// <summary>Network calls of each step taken, per row.</summary>
    public List<StepCost> Costs { get; } = [];

    public StepOutput? Last { get; private set; }

    /// <summary>A sample of one operator A x = gain x.</summary>
    public static SampleSpec Spec(GaussianModel model, ILatentSolver solver, int start, double noiseStd, PictureShape? picture = null, double gain = 1, params (string Name, ParameterValue Value)[] parameters)
    {
        var violations = new List<FieldViolation>();
        var set = ParameterSet.Resolve(solver.Descriptor.Parameters, parameters.ToDictionary(pair => pair.Name, pair => pair.Value), "parameters", violations);
        Assert.Empty(violations);
        var shape = picture ?? new PictureShape(64, 64);
        return new SampleSpec
        {
            Schedule = model.Schedule,
            Latent = model.LatentShapeOf(shape),
            Picture = shape,
            Sampling = SamplingSpec.Ddpm,
            StartIndex = start,
            Parameters = set,
            Operator = FakeOperatorFamily.Spec(gain),
            OperatorPlan = new FakeOperatorFamily().Plan(FakeOperatorFamily.Spec(gain), shape),
            NoiseStd = noiseStd,
        };
    }

    public static (string Name, ParameterValue Value) With(string name, double value) => (name, ParameterValue.Of(value));

    public static (string Name, ParameterValue Value) With(string name, string value) => (name, ParameterValue.Of(value));

    /// <summary>Takes one step of the plan.</summary>
    /// <param name="index">Which step.</param>
    /// <param name="latents">z, (B, C, h, w).</param>
    /// <param name="scratch">What the step before carried on.</param>
    public StepOutput Step(int index, Tensor latents, IReadOnlyDictionary<string, Tensor>? scratch = null)
    {
        var counter = new CallCounter();
        using var gradients = enable_grad();
        var output = Solver.Step(new StepBatch
        {
            Model = new CountingModel(Model, counter),
            Rows = [.. Noise.Select(noise => new StepRow(Sample, Plan.Steps[index], index, noise))],
            Latents = latents,
            Operator = _operator,
            Measurements = Measurements,
            Scratch = scratch ?? new Dictionary<string, Tensor>(),
        });
        Assert.False(output.Latents.requires_grad);
        var (made, declared) = (counter.PerRow(Rows), Plan.Steps[index].Cost);
        if (Plan.Steps[index].CostIsBound)
        {
            Assert.True(
                made.UNetForward <= declared.UNetForward && made.UNetBackward <= declared.UNetBackward && made.DecoderForward <= declared.DecoderForward
                && made.DecoderBackward <= declared.DecoderBackward && made.EncoderForward <= declared.EncoderForward,
                $"Step {index} made {made}, more than {declared}.");
        }
        else
        {
            Assert.Equal(declared, made);
        }

        Costs.Add(made);
        return Last = output;
    }

    /// <summary>Takes every step of the plan.</summary>
    /// <param name="start">First latent.</param>
    /// <returns>The last latent.</returns>
    public Tensor Run(Tensor start)
    {
        var (latents, scratch) = (start, (IReadOnlyDictionary<string, Tensor>)new Dictionary<string, Tensor>());
        for (var index = 0; index < Plan.Steps.Length; index++)
        {
            using var inner = NewDisposeScope();
            var output = Step(index, latents, scratch);
            latents = output.Latents.MoveToOuterDisposeScope();
            scratch = output.Scratch.ToDictionary(pair => pair.Key, pair => pair.Value.MoveToOuterDisposeScope());
        }

        return latents;
    }

    /// <summary>What the sample's noise gives for a draw, row 0.</summary>
    public float[] Draw(NoisePurpose purpose, int timestep, int draw)
    {
        var values = new float[Sample.Latent.Elements];
        Noise[0].FillNormal(purpose, timestep, draw, values);
        return values;
    }

    public Tensor Constant(double value) => full(Sample.Latent.Batch(Rows), (float)value);

    public static float[] Values(Tensor tensor) => tensor.detach().contiguous().data<float>().ToArray();

    public void Dispose()
    {
        _operator.Dispose();
        _scope.Dispose();
    }
}
