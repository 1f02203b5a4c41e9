using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Engine.Leases;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Testing.Fakes;
using Microsoft.Extensions.Logging.Abstractions;

namespace FlashDiffusion.Engine.Tests.Hangs;

/// <summary>An engine with real threads in virtual time, whose networks wait until a test opens the gate.</summary>
internal sealed class HangScene : IAsyncDisposable
{
    public const double Limit = 20;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly EngineHarness _fakes = new();
    private readonly ManualResetEventSlim _gate = new();

    public HangScene(string device = "cpu", double limit = Limit)
    {
        Model = new FakeModel { Called = (_, _) => _gate.Wait(Patience) };
        Engine = new ReconstructionEngine(
            new EngineOptions { MaximumSessions = 20, Threads = 1, Device = device, StepLimitSeconds = limit }, _fakes.Time, _fakes.Telemetry, NullLogger<ReconstructionEngine>.Instance)
        {
            Hung = Hung.Add,
        };
        Engine.Start();
    }

    public ReconstructionEngine Engine { get; }

    public FakeModel Model { get; }

    public HangingSolver Solver { get; } = new();

    public FakeSolver Other { get; } = new();

    /// <summary>Steps that hung.</summary>
    public List<HungStep> Hung { get; } = [];

    /// <summary>Lets networks run.</summary>
    public void Open() => _gate.Set();

    /// <summary>Lets time pass.</summary>
    public void Wait(double seconds) => _fakes.Time.Advance(TimeSpan.FromSeconds(seconds));

    /// <summary>Sends a reconstruction of forty steps with a checkpoint at every other one.</summary>
    public ReconstructionSession Send(ILatentSolver solver, ulong seed, Func<ReconstructionRequest, ReconstructionRequest>? change = null, Action? letGo = null)
    {
        var request = _fakes.Request(seed, startTimestep: 39);
        request = request with { Model = request.Model with { Model = Model }, Solver = solver, Progress = new ProgressOptions { CheckpointEverySteps = 2 } };
        return Engine.Submit(change?.Invoke(request) ?? request, new Lease(letGo ?? (() => { }))).Session!;
    }

    /// <summary>How a session ends.</summary>
    public static async Task<FailedEvent> FailedAsync(ReconstructionSession session) => Assert.IsType<FailedEvent>((await EngineHarness.EventsAsync(session))[^1]);

    public async ValueTask DisposeAsync()
    {
        _gate.Set();
        Solver.Release();
        await Engine.DisposeAsync();
        _gate.Dispose();
        Solver.Dispose();
        _fakes.Dispose();
    }
}
