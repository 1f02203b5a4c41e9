using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Models.Operators;
using FlashDiffusion.Noise;
using FlashDiffusion.Plugins.LatentDps;
using FlashDiffusion.Testing.Fakes;
using static TorchSharp.torch;

namespace FlashDiffusion.Plugins.Tests.Engine;

/// <summary>One exact request on two devices, alone or in random company.</summary>
/// <param name="Model">A model on a real network.</param>
/// <param name="Operator">Name of the operator.</param>
/// <param name="Parameter">Its parameter.</param>
/// <param name="Value">The parameter's value; companions have lower ones.</param>
/// <param name="Picture">Shape of every picture.</param>
/// <param name="Steps">Steps of the reconstruction; most of it with <see cref="AdaptationMode.Auto"/>.</param>
internal sealed record ExactScene(ServedModel Model, string Operator, string Parameter, double Value, PictureShape Picture, int Steps)
{
    private const int Rows = 4;
    private const ulong Mine = 77;
    private const ulong FirstThatThrows = 800;

    private readonly ThrowingSolver _solver = new(new LatentDpsSolver(), FirstThatThrows);

    /// <summary>Whether the severity chooses the start, of most companions too.</summary>
    public bool IsAuto { get; init; }

    /// <summary>Threads that one operation may use.</summary>
    public int Threads { get; init; } = 1;

    /// <summary>Moves between the devices so far.</summary>
    public int Moves { get; private set; }

    /// <summary>How often a step threw for a companion's sake.</summary>
    public int Thrown => _solver.Thrown;

    /// <summary>
    /// Runs the request. Companions come before and after, end early, are cancelled, are not finite, or throw; those of another mode are there
    /// too; and it moves from device to device.
    /// </summary>
    /// <param name="companions">What happens; null for nothing.</param>
    /// <returns>The picture's values.</returns>
    public async Task<float[]> RunAsync(Random? companions)
    {
        using var harness = new EngineHarness(new EngineOptions { MaximumSessions = 50, ExactBatch = Rows, Threads = Threads, Device = "cpu,cpu" });
        var mine = Play(harness, companions);
        var events = await EngineHarness.EventsAsync(mine);
        var accepted = Assert.Single(events.OfType<AcceptedEvent>());
        Assert.Equal(IsAuto ? AdaptationMode.Auto : AdaptationMode.Fixed, accepted.Adaptation);
        return Assert.IsType<ResultEvent>(events[^1]).Picture.Values;
    }

    private ReconstructionSession Play(EngineHarness harness, Random? companions)
    {
        set_num_threads(Threads);
        try
        {
            Join(harness, companions, before: true);
            var request = Request(Mine, Value, Steps, 1f);
            var mine = harness.Submit(IsAuto ? Auto(request) : request);
            do
            {
                Join(harness, companions, before: false);
                Move(harness, companions, mine);
            }
            while (harness.Loops.Aggregate(false, (worked, loop) => loop.Tick() || worked));

            Assert.Equal(Threads, get_num_threads());
            return mine;
        }
        finally
        {
            // The number belongs to this thread, which tests after this one may run on, however this one ends.
            set_num_threads(1);
        }
    }

    private void Join(EngineHarness harness, Random? companions, bool before)
    {
        for (var i = companions is null || companions.Next(before ? 1 : 4) != 0 ? 0 : companions.Next(3); i > 0 && harness.Ledger.Active < 6; i--)
        {
            var request = Request((ulong)companions!.Next(1000) + 100, Value * companions.NextDouble(), companions.Next(1, 2 * Steps), companions.Next(5) == 0 ? 1e30f : 1f);
            request = IsAuto && companions.Next(4) > 0 ? Auto(request) : request;
            var session = harness.Submit(companions.Next(4) == 0 ? request with { Mode = ComputeMode.Fast } : request, companions.Next(2));
            harness.Tick(before ? companions.Next(3) : 0);
            if (companions.Next(3) == 0)
            {
                session.Cancel();
            }
        }
    }

    private void Move(EngineHarness harness, Random? companions, ReconstructionSession mine)
    {
        for (var device = 0; device < 2 && companions is not null; device++)
        {
            if (harness.Loops[device].Samples.FirstOrDefault(sample => sample.Session == mine && sample.RemainingSteps > 0) is { } sample && companions.Next(3) == 0)
            {
                SampleMoves.Move(sample, harness.Loops[device], harness.Loops[1 - device]);
                Moves++;
                return;
            }
        }
    }

    private ReconstructionRequest Auto(ReconstructionRequest request) => request with { Adaptation = Adaptation.Auto, Sampling = new SamplingSpec(SamplerKind.Ddim, Steps) };

    private ReconstructionRequest Request(ulong seed, double strength, int length, float size)
    {
        var family = OperatorFamilies.Find(Operator)!;
        var spec = new OperatorSpec(
            Operator,
            ParameterSet.Resolve(family.Descriptor.Parameters, new Dictionary<string, ParameterValue> { [Parameter] = ParameterValue.Of(strength) }, "operator", [])) { Seed = seed };
        var measurement = new float[Picture.Elements];
        new CounterNoise(seed).FillUniform(NoisePurpose.Degrade, 0, 0, measurement);
        return new ReconstructionRequest
        {
            Model = Model,
            Solver = _solver,
            SolverParameters = ParameterSet.Resolve(_solver.Descriptor.Parameters, new Dictionary<string, ParameterValue>(), "solver", []),
            Operator = new OperatorRequest(family, spec, 0.1),
            Measurement = HostTensor.Picture(Array.ConvertAll(measurement, element => size * element), Picture),
            Picture = Picture,
            Adaptation = new Adaptation { Mode = AdaptationMode.Fixed, StartTimestep = length - 1 },
            Seed = seed,
            Mode = ComputeMode.Exact,
        };
    }
}
