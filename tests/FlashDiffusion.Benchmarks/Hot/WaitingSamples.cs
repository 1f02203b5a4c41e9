using System.Collections.Frozen;
using System.Collections.Immutable;
using FlashDiffusion.Engine.Budgets;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Forecasts;
using FlashDiffusion.Engine.Operators;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Models.Operators;
using FlashDiffusion.Plugins.LatentDps;
using static TorchSharp.torch;

namespace FlashDiffusion.Benchmarks.Hot;

/// <summary>
/// Samples of three sizes, 1 to 200 steps before their ends, every other one with a deadline, and what the engine asks about them at each tick. No
/// network is ever called.
/// </summary>
internal sealed class WaitingSamples
{
    private const int MostSteps = 200;
    private const int Batch = 8;

    private static readonly int[] Sides = [64, 96, 128];
    private static readonly LatentDpsSolver Solver = new();
    private static readonly ServedModel Model = new(new UncalledModel(), FrozenDictionary<string, ISeverityEncoder>.Empty);
    private static readonly OperatorRequest Blur = BlurOf(OperatorFamilies.Find("gaussian_blur")!);

    /// <param name="count">How many.</param>
    /// <param name="tight">Whether the deadlines leave hardly any time for anything else; else twenty times what they need.</param>
    public WaitingSamples(int count, bool tight)
    {
        var options = new EngineOptions { MaximumBatch = Batch };
        var clock = new StoppedClock();
        var times = new StepTimes();
        var sizes = new BatchSizes(options, times, new MemoryBudget(null));
        var policy = SchedulingPolicies.Of(options);
        Etas = new EtaEstimator(times, sizes, policy, clock);
        Promises = new PromiseKeeper(options, Etas, sizes, clock);
        Scheduler = new LaneScheduler(policy, sizes.Of);

        // Each deadline is behind those of all before it, as if they ran one after the other.
        var (needed, factory) = (0.0, new SampleFactory(options));
        var all = ImmutableArray.CreateBuilder<Sample>(count);
        for (var i = 0; i < count; i++)
        {
            var (side, steps) = (Sides[i % Sides.Length], 1 + (i * 37 % MostSteps));
            needed += i % 2 == 0 ? 0 : (steps * UnitSeconds(side, 1)) + UnitSeconds(side, 0);
            var deadline = i % 2 == 0 ? (DateTimeOffset?)null : clock.GetUtcNow() + TimeSpan.FromSeconds(needed * (tight ? 1.15 : 20));
            all.Add(Make(factory, i, side, steps, deadline, clock));
        }

        All = all.ToImmutable();
        foreach (var sample in All)
        {
            Scheduler.Add(sample);
            for (var rows = 1; rows <= Batch; rows *= 2)
            {
                times.Record(LaneTiming.Of(sample.Lane), rows, UnitSeconds(sample.Piece.Working.Height, rows));
                times.Record(LaneTiming.Of(sample.LaneAt(sample.Steps.Length)), rows, UnitSeconds(sample.Piece.Working.Height, 0));
            }
        }

        AllButLast = All[..^1];
        Arrivals = new ArrivalForecast(Etas, clock);
        foreach (var sample in All)
        {
            Arrivals.Arrive(sample, joins: true);
        }

        Chosen = Scheduler.Next(Etas.Moment)!;
    }

    /// <summary>The samples.</summary>
    public ImmutableArray<Sample> All { get; }

    /// <summary>The same without the last.</summary>
    public ImmutableArray<Sample> AllButLast { get; }

    /// <summary>Says when one will be done if others arrive, who came in no time.</summary>
    public ArrivalForecast Arrivals { get; }

    /// <summary>Says when they will be done.</summary>
    public EtaEstimator Etas { get; }

    /// <summary>Keeps what was promised.</summary>
    public PromiseKeeper Promises { get; }

    /// <summary>Where they wait.</summary>
    public LaneScheduler Scheduler { get; }

    /// <summary>The next unit without promises.</summary>
    public ScheduledBatch Chosen { get; }

    /// <summary>Frees their tensors.</summary>
    public void Free()
    {
        foreach (var sample in All)
        {
            sample.Dispose();
        }
    }

    private static double UnitSeconds(int side, int rows) => (0.03 + (0.024 * rows)) * side * side / (64 * 64);

    private static OperatorRequest BlurOf(IForwardOperatorFamily family) =>
        new(family, new OperatorSpec(family.Descriptor.Name, ParameterSet.Resolve(family.Descriptor.Parameters, new Dictionary<string, ParameterValue>(), "operator", [])), 0.1);

    private static Sample Make(SampleFactory factory, int number, int side, int steps, DateTimeOffset? deadline, TimeProvider clock)
    {
        var picture = new PictureShape(side, side);
        var request = new ReconstructionRequest
        {
            Model = Model,
            Solver = Solver,
            SolverParameters = ParameterSet.Resolve(Solver.Descriptor.Parameters, new Dictionary<string, ParameterValue>(), "solver", []),
            Operator = Blur,
            Measurement = HostTensor.Picture(new float[picture.Elements], picture),
            Picture = picture,
            Adaptation = new Adaptation { Mode = AdaptationMode.Fixed, StartTimestep = steps - 1 },
            Seed = (ulong)number,
            Deadline = deadline,
        };
        var session = new ReconstructionSession(number, request, clock, () => { });
        return factory.Make(session, Model, Workpiece.Of(Model, Blur, request.Measurement, picture), zeros(1), null, Solver.Plan, 0, 0).Sample!;
    }

    private sealed class StoppedClock : TimeProvider
    {
        public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch;

        public override long GetTimestamp() => 0;
    }
}
