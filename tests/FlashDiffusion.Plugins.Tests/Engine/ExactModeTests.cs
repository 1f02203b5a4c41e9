using System.Collections.Frozen;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Models.Operators;
using FlashDiffusion.Models.Repository;
using FlashDiffusion.Noise;
using FlashDiffusion.Plugins.LatentDps;
using FlashDiffusion.Testing.Fakes;
using FlashDiffusion.Testing.Tools;
using static TorchSharp.torch;

namespace FlashDiffusion.Plugins.Tests.Engine;

/// <summary>
/// Law: in exact mode a result is equal bit for bit whatever the companions do and in whatever row it sits, on real networks with their
/// gradients: encode, steps, decode.
/// </summary>
public sealed class ExactModeTests
{
    private const int Rows = 4;
    private const ulong Mine = 77;

    private static int Schedules => Environment.GetEnvironmentVariable("LONG") == "1" ? 40 : 2;

    [Theory]
    [InlineData("gaussian_blur", "std", 1.3)]
    [InlineData("inpainting", "removed", 0.5)]
    public async Task Reconstruct_TinyModelAnyCompanions_GivesTheSameBits(string operatorName, string parameter, double value)
    {
        using var model = TinyModel.Create();
        await CheckAsync(new ServedModel(model, FrozenDictionary<string, ISeverityEncoder>.Empty), operatorName, parameter, value, new PictureShape(30, 32), steps: 6, Schedules);
    }

    [Fact]
    public async Task Reconstruct_StarterModelAnyCompanions_GivesTheSameBits()
    {
        set_num_threads(1);
        var repository = ModelRepository.Load(Path.Combine(Checkout.Root, "server", "models"), CPU);
        var loaded = repository.Models.Single(model => model.Model.Name == "starter");
        var encoders = loaded.SeverityEncoders.ToFrozenDictionary(pair => pair.Key, ISeverityEncoder (pair) => pair.Value, StringComparer.Ordinal);
        await CheckAsync(new ServedModel(loaded.Model, encoders), "gaussian_blur", "std", 1.3, new PictureShape(32, 32), steps: 3, Schedules);
    }

    private static async Task CheckAsync(ServedModel model, string operatorName, string parameter, double value, PictureShape shape, int steps, int schedules)
    {
        var expected = await RunAsync(model, operatorName, parameter, value, shape, steps, companions: null);
        Assert.True(expected.Max(Math.Abs) > 0.01, "The picture is empty.");
        for (var schedule = 0; schedule < schedules; schedule++)
        {
            var actual = await RunAsync(model, operatorName, parameter, value, shape, steps, new Random(schedule));
            Assert.True(expected.AsSpan().SequenceEqual(actual), $"Schedule {schedule} changed the result.");
        }
    }

    // Companions come before and after, end early, are cancelled, or are not finite; those of another mode are there too.
    private static async Task<float[]> RunAsync(ServedModel model, string operatorName, string parameter, double value, PictureShape shape, int steps, Random? companions)
    {
        using var harness = new EngineHarness(new EngineOptions { MaximumSessions = 50, ExactBatch = Rows, Threads = 1 });
        Join(before: true);
        var mine = harness.Submit(Request(Mine, value, steps, 1f));
        do
        {
            Join(before: false);
        }
        while (harness.Loop.Tick());

        return (await EngineHarness.ResultAsync(mine)).Picture.Values;

        void Join(bool before)
        {
            for (var i = companions is null || companions.Next(before ? 1 : 4) != 0 ? 0 : companions.Next(3); i > 0 && harness.Ledger.Active < 6; i--)
            {
                var request = Request((ulong)companions!.Next(1000) + 100, value * companions.NextDouble(), companions.Next(1, 2 * steps), companions.Next(5) == 0 ? 1e30f : 1f);
                var session = harness.Submit(companions.Next(4) == 0 ? request with { Mode = ComputeMode.Fast } : request);
                harness.Tick(before ? companions.Next(3) : 0);
                if (companions.Next(3) == 0)
                {
                    session.Cancel();
                }
            }
        }

        ReconstructionRequest Request(ulong seed, double strength, int length, float size)
        {
            var family = OperatorFamilies.Find(operatorName)!;
            var solver = new LatentDpsSolver();
            var spec = new OperatorSpec(
                operatorName,
                ParameterSet.Resolve(family.Descriptor.Parameters, new Dictionary<string, ParameterValue> { [parameter] = ParameterValue.Of(strength) }, "operator", [])) { Seed = seed };
            var measurement = new float[shape.Elements];
            new CounterNoise(seed).FillUniform(NoisePurpose.Degrade, 0, 0, measurement);
            return new ReconstructionRequest
            {
                Model = model,
                Solver = Solver,
                SolverParameters = ParameterSet.Resolve(solver.Descriptor.Parameters, new Dictionary<string, ParameterValue>(), "solver", []),
                Operator = new OperatorRequest(family, spec, 0.1),
                Measurement = HostTensor.Picture(Array.ConvertAll(measurement, element => size * element), shape),
                Picture = shape,
                Adaptation = new Adaptation { Mode = AdaptationMode.Fixed, StartTimestep = length - 1 },
                Seed = seed,
                Mode = ComputeMode.Exact,
            };
        }
    }

    private static LatentDpsSolver Solver { get; } = new();
}
