using System.Diagnostics.Metrics;
using FlashDiffusion.Server.Plugins;
using Microsoft.Extensions.Time.Testing;

namespace FlashDiffusion.Server.Tests.Plugins;

/// <summary>Plugins whose code does not come back while they are loaded, or answers otherwise later.</summary>
public sealed class PluginHangTests : IDisposable
{
    private const string GateKey = "FlashDiffusion.TestPlugins.Gate";
    private const string DisposedSwitch = "FlashDiffusion.TestPlugins.Useless.Disposed";

    private readonly FakeTimeProvider _time = new();
    private readonly SemaphoreSlim _arrived = new(0);
    private readonly ManualResetEventSlim _open = new();
    private readonly MeterListener _metrics = new();
    private readonly List<string> _abandoned = [];
    private readonly PluginRoot _root;

    public PluginHangTests()
    {
        _root = new PluginRoot(_time, limitSeconds: 20);
        AppContext.SetSwitch(DisposedSwitch, false);
        AppContext.SetData(GateKey, (Action)(() =>
        {
            _arrived.Release();
            _open.Wait();
        }));
        _metrics.InstrumentPublished = (instrument, listener) =>
        {
            if (instrument.Name == "flashdiffusion.threads.abandoned" && _root.Owns(instrument.Meter))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _metrics.SetMeasurementEventCallback<long>((_, _, tags, _) => _abandoned.Add(string.Join(' ', tags.ToArray().Select(tag => tag.Value))));
        _metrics.Start();
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("HaltingConstructorSolver", "Its constructor")]
    [InlineData("HaltingDescriptorSolver", "Its descriptor")]
    public async Task Load_NewVersionHangs_IsRefusedInTimeAndTheOldOneServes(string type, string culprit)
    {
        _root.Add("GoodSolver", version: "1.0.0");
        var old = _root.Load().Find("good_solver")!.Solver;
        AddUseless(type, "GoodSolver", "2.0.0");

        var loading = Task.Run(_root.Load, Cancellation);
        await _arrived.WaitAsync(Cancellation);
        Wait(19);
        Assert.False(loading.IsCompleted);
        Wait(1);
        var catalog = await loading;

        Assert.Same(old, catalog.Find("good_solver")!.Solver);
        var refused = catalog.FindFailed("good_solver")!;
        Assert.Equal(("2.0.0", true), (refused.Version, refused.HasHung));
        Assert.Equal($"{culprit} took longer than 20 s (Engine:StepLimitSeconds), so that its thread was given up.", refused.Reason);
        Assert.Equal(["solver GoodSolver"], _abandoned);

        // Read again: its code is not called again, so that no time needs to pass.
        Assert.True(_root.Load().FindFailed("good_solver")!.HasHung);
        Assert.Equal(0, _arrived.CurrentCount);

        _open.Set();
        while (!(AppContext.TryGetSwitch(DisposedSwitch, out var disposed) && disposed))
        {
            await Task.Delay(10, Cancellation);
        }

        Assert.Same(old, _root.Load().Find("good_solver")!.Solver);
    }

    [Fact]
    public async Task Load_HangsWithoutAnotherVersion_TheNextPluginServesAndItIsOutOfService()
    {
        AddUseless("HaltingConstructorSolver", "Alone", "0.1.0");
        _root.Add("GoodSolver");

        var loading = Task.Run(_root.Load, Cancellation);
        await _arrived.WaitAsync(Cancellation);
        Wait(20);
        var catalog = await loading;

        Assert.Equal(["good_solver"], catalog.ReadyNames);
        Assert.True(catalog.FindFailed("Alone")!.HasHung);
    }

    [Fact]
    public void Descriptor_ThrowsWhenAskedAgain_IsAskedOnce()
    {
        AddUseless("FickleDescriptorSolver", "Fickle", "0.1.0");

        var solver = _root.Load().Find("useless_solver")!.Solver!;

        Assert.Equal(("useless_solver", "1.0.0"), (solver.Descriptor.Name, solver.Descriptor.Version));
        Assert.Throws<InvalidOperationException>(() => ((ILatentSolver)IPluginPart.CodeOf(solver)).Descriptor);
    }

    [Fact]
    public async Task Dispose_Hangs_TheServerEndsAllTheSame()
    {
        // Long enough for it to load.
        using var root = new PluginRoot(limitSeconds: 4);
        PluginRoot.Edit(root.Add("FaultySolver", "Halting", "0.1.0"), "entryType", "FlashDiffusion.TestPlugins.HaltingDisposeSolver");
        Assert.NotNull(root.Load().Find("useless_solver"));

        root.Shelf.Dispose();

        await _arrived.WaitAsync(Cancellation);
        Assert.False(_open.IsSet);
    }

    // As it passes for a process that is awake: a clock that jumps is one of a machine that slept.
    private void Wait(int seconds)
    {
        for (var passed = 0; passed < seconds; passed++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
        }
    }

    public void Dispose()
    {
        _open.Set();
        AppContext.SetData(GateKey, null);
        _metrics.Dispose();
        _root.Dispose();
        _open.Dispose();
        _arrived.Dispose();
    }

    private void AddUseless(string type, string name, string version) =>
        PluginRoot.Edit(_root.Add("FaultySolver", name, version), "entryType", $"FlashDiffusion.TestPlugins.{type}");
}
