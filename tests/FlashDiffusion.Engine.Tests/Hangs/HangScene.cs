using System.Collections.Frozen;
using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Engine.Leases;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Telemetry;
using FlashDiffusion.Testing.Fakes;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace FlashDiffusion.Engine.Tests.Hangs;

/// <summary>An engine with real threads in virtual time, whose networks wait until a test opens the gate.</summary>
internal sealed class HangScene : IAsyncDisposable
{
    public const double Limit = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly EngineHarness _fakes = new();
    private readonly ManualResetEventSlim _gate = new();

    public HangScene(string device = "cpu", double limit = Limit, ILogger<ReconstructionEngine>? logger = null)
    {
        Model = new FakeModel
        {
            Called = (network, _) =>
            {
                _gate.Wait(Patience);
                Networks.Pass(network == HangingNetwork);
            },
        };
        Engine = new ReconstructionEngine(
            new EngineOptions { MaximumSessions = 20, Threads = 1, Device = device, StepLimitSeconds = limit }, _fakes.Time, _fakes.Telemetry, logger ?? NullLogger<ReconstructionEngine>.Instance)
        {
            Hung = Hung.Add,
        };
        Engine.Start();
    }

    public ReconstructionEngine Engine { get; }

    public FlashDiffusionTelemetry Telemetry => _fakes.Telemetry;

    public FakeModel Model { get; }

    /// <summary>Name of the network that hangs; empty for none.</summary>
    public string HangingNetwork { get; set; } = "";

    /// <summary>Where it does.</summary>
    public HangPoint Networks { get; } = new();

    public HangingSolver Solver { get; init; } = new();

    public HangingFamily Family { get; } = new();

    public FakeSolver Other { get; } = new();

    /// <summary>Calls that hung.</summary>
    public List<HungCall> Hung { get; } = [];

    /// <summary>Lets networks run.</summary>
    public void Open() => _gate.Set();

    /// <summary>
    /// Lets time pass until a call hung, as it does for a process that is awake: a clock that jumps is one of a machine that slept, and one that goes on
    /// makes a hang of whatever the fresh thread does.
    /// </summary>
    public void Wait(double seconds)
    {
        var before = Hung.Count;
        for (var passed = 0.0; passed < seconds && Hung.Count == before; passed += 0.5)
        {
            Sleep(0.5);
            // For calls that come back, of other devices.
            Thread.Sleep(2);
        }
    }

    /// <summary>Stops the whole process for a while.</summary>
    public void Sleep(double seconds) => _fakes.Time.Advance(TimeSpan.FromSeconds(seconds));

    /// <summary>A request of the operator that may hang, by a solver that does not.</summary>
    public ReconstructionRequest OfFamily(ReconstructionRequest request) => request with { Operator = request.Operator! with { Family = Family } };

    /// <summary>The same of a model of its own.</summary>
    public ReconstructionRequest OfAnotherModel(ReconstructionRequest request) => request with { Model = _fakes.Served() };

    /// <summary>A request by a solver.</summary>
    public ReconstructionRequest Plain(ILatentSolver solver) => _fakes.Request(1) with { Solver = solver };

    /// <summary>The request of a look.</summary>
    public SeverityRequest Look(ISeverityEncoder encoder)
    {
        var request = OfFamily(_fakes.Request(1));
        return new SeverityRequest
        {
            Model = request.Model with { Model = Model, SeverityEncoders = new Dictionary<string, ISeverityEncoder> { ["gain"] = encoder }.ToFrozenDictionary() },
            Operator = request.Operator!,
            Measurement = request.Measurement,
            Picture = request.Picture,
        };
    }

    /// <summary>The request of a degradation.</summary>
    public DegradeRequest Degradation()
    {
        var request = OfFamily(_fakes.Request(1));
        return new DegradeRequest { Operator = request.Operator!, Picture = request.Measurement, Seed = 1 };
    }

    /// <summary>Sends a reconstruction of forty steps with a checkpoint at every other one.</summary>
    public ReconstructionSession Send(ILatentSolver solver, ulong seed, Func<ReconstructionRequest, ReconstructionRequest>? change = null, Action? letGo = null)
    {
        var request = _fakes.Request(seed, startTimestep: 39);
        request = request with { Model = request.Model with { Model = Model }, Solver = solver, Progress = new ProgressOptions { CheckpointEverySteps = 2 } };
        return Engine.Submit(change?.Invoke(request) ?? request, new Lease(letGo ?? (() => { }))).Session!;
    }

    /// <summary>Sends a reconstruction as a server does: checked where a hang is noticed.</summary>
    public Task<DeviceAnswer<Admission>> AdmitAsync(ILatentSolver solver, ulong seed, Func<ReconstructionRequest, ReconstructionRequest>? change = null, Action? letGo = null)
    {
        var request = _fakes.Request(seed, startTimestep: 39);
        request = request with { Model = request.Model with { Model = Model }, Solver = solver };
        return Engine.AdmitAsync(() => Engine.Submit(change?.Invoke(request) ?? request, new Lease(letGo ?? (() => { }))));
    }

    /// <summary>Waits until the device has let go of what has ended: time that jumps while it does would make that a hang.</summary>
    public async Task TidyAsync()
    {
        for (var tick = 0; tick < 2; tick++)
        {
            await Engine.RunAsync(() => "", TestContext.Current.CancellationToken);
        }
    }

    /// <summary>How a session ends.</summary>
    public static async Task<FailedEvent> FailedAsync(ReconstructionSession session) => Assert.IsType<FailedEvent>((await EngineHarness.EventsAsync(session))[^1]);

    public async ValueTask DisposeAsync()
    {
        _gate.Set();
        Solver.Release();
        Family.Release();
        Networks.Release();
        await Engine.DisposeAsync();
        _gate.Dispose();
        Solver.Dispose();
        Family.Dispose();
        Networks.Dispose();
        _fakes.Dispose();
    }
}
