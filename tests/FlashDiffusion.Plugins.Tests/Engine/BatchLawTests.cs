using System.Collections.Frozen;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Models.Operators;
using FlashDiffusion.Noise;
using FlashDiffusion.Plugins.LatentDps;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Plugins.Tests.Engine;

/// <summary>
/// Law: a sample alone, and the same sample among seven others at other timesteps, give the same result within 1e-3 on [-1, 1] over
/// twenty guided steps, with exactly the same noise. On real networks, through the engine's own loop.
/// </summary>
public sealed class BatchLawTests
{
    private const int Steps = 20;
    private const ulong Seed = 77;

    [Theory]
    [InlineData("gaussian_blur", "std", 0.5, 2.5)]
    [InlineData("inpainting", "removed", 0.2, 0.7)]
    public async Task Reconstruct_AloneOrAmongSeven_GivesTheSame(string operatorName, string parameter, double mine, double theirs)
    {
        using var model = TinyModel.Create();
        await CheckAsync(new ServedModel(model, FrozenDictionary<string, ISeverityEncoder>.Empty), operatorName, parameter, mine, theirs);
    }

    [Fact]
    public Task Reconstruct_StarterAloneOrAmongSeven_GivesTheSame() => CheckAsync(StarterModel.Load(), "gaussian_blur", "std", 0.5, 2.5);

    /// <summary>Mine is blurred; of theirs some are blurred as well, others have pixels removed, noise, or motion.</summary>
    [Fact]
    public async Task Reconstruct_AmongSevenOfOtherOperators_GivesTheSame()
    {
        using var model = TinyModel.Create();
        await CheckAsync(new ServedModel(model, FrozenDictionary<string, ISeverityEncoder>.Empty), ("gaussian_blur", "std", 0.5),
            [("inpainting", "removed", 0.3), ("gaussian_blur", "std", 2), ("denoising", "", 0), ("motion_blur", "", 0), ("gaussian_blur", "std", 1), ("inpainting", "removed", 0.6), ("denoising", "", 0)]);
    }

    private static Task CheckAsync(ServedModel model, string operatorName, string parameter, double mine, double theirs) => CheckAsync(
        model,
        (operatorName, parameter, mine),
        [.. Enumerable.Range(0, 7).Select(i => (operatorName, parameter, mine + ((theirs - mine) * (i + 1) / 7)))]);

    private static async Task CheckAsync(ServedModel model, (string Operator, string Parameter, double Value) mine, (string Operator, string Parameter, double Value)[] theirs)
    {
        var alone = await RunAsync(model, mine, []);
        var together = await RunAsync(model, mine, theirs);

        Assert.All(alone.Recorder.BatchSizes, size => Assert.Equal(1, size));
        Assert.Contains(8, together.Recorder.BatchSizes);
        Assert.Contains(8, together.Recorder.DistinctTimesteps);
        Assert.Equal(Steps, alone.Recorder.Draws.Count);
        Assert.Equal(alone.Recorder.Draws, together.Recorder.Draws);
        Assert.True(alone.Picture.Max(Math.Abs) > 0.01, "The picture is empty.");
        Assert.InRange(alone.Picture.Zip(together.Picture, (a, b) => Math.Abs(a - b)).Max(), 0, 1e-3);
    }

    private static async Task<(NoiseRecorder Recorder, float[] Picture)> RunAsync(
        ServedModel model, (string Operator, string Parameter, double Value) mine, (string Operator, string Parameter, double Value)[] theirs)
    {
        using var harness = new EngineHarness();
        var recorder = new NoiseRecorder(new LatentDpsSolver(), Seed);
        foreach (var (value, i) in theirs.Take(4).Select((value, i) => (value, i)))
        {
            harness.Submit(Request(model, recorder, value, (ulong)i, 25 + (3 * i)));
        }

        // They stand in other rows, and some of them join or leave while mine is under way.
        harness.Tick(6);
        var session = harness.Submit(Request(model, recorder, mine, Seed, Steps - 1));
        foreach (var (value, i) in theirs.Skip(4).Select((value, i) => (value, i)))
        {
            harness.Submit(Request(model, recorder, value, 10 + (ulong)i, 5 + (17 * i)));
        }

        harness.RunUntilIdle();
        return (recorder, (await EngineHarness.ResultAsync(session)).Picture.Values);
    }

    private static ReconstructionRequest Request(ServedModel model, NoiseRecorder solver, (string Operator, string Parameter, double Value) measured, ulong seed, int startTimestep)
    {
        var shape = new PictureShape(30, 32);
        var family = OperatorFamilies.All.Single(candidate => candidate.Descriptor.Name == measured.Operator);
        var violations = new List<FieldViolation>();
        var given = measured.Parameter.Length == 0 ? [] : new Dictionary<string, ParameterValue> { [measured.Parameter] = ParameterValue.Of(measured.Value) };
        var spec = new OperatorSpec(
            measured.Operator,
            ParameterSet.Resolve(family.Descriptor.Parameters, given, "operator", violations)) { Seed = seed };
        Assert.Empty(violations);
        var measurement = new float[shape.Elements];
        new CounterNoise(seed).FillUniform(NoisePurpose.Degrade, 0, 0, measurement);
        return new ReconstructionRequest
        {
            Model = model,
            Solver = solver,
            SolverParameters = ParameterSet.Resolve(solver.Descriptor.Parameters, new Dictionary<string, ParameterValue>(), "solver", []),
            Operator = new OperatorRequest(family, spec, 0.1),
            Measurement = HostTensor.Picture(measurement, shape),
            Picture = shape,
            Adaptation = new Adaptation { Mode = AdaptationMode.Fixed, StartTimestep = startTimestep },
            Seed = seed,
        };
    }
}
