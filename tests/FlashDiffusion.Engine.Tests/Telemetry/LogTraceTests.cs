using System.Diagnostics;
using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Engine.Tests.Telemetry;

/// <summary>The device thread is nobody's: what it logs of a request must be found by the request's trace all the same.</summary>
public sealed class LogTraceTests
{
    [Fact]
    public async Task Logs_OfWhateverEnds_AllCarryTheTraceOfWhoAsked()
    {
        var log = new TracedLog();
        using var harness = new EngineHarness(logger: log);
        var parent = new ActivityContext(ActivityTraceId.CreateRandom(), ActivitySpanId.CreateRandom(), ActivityTraceFlags.Recorded);
        harness.Solver.Throwing.Add(2);
        harness.Submit(harness.Request(1) with { Parent = parent });
        harness.Submit(harness.Request(2) with { Parent = parent });
        harness.Submit(harness.Request(3) with { Parent = parent, TimeLimit = TimeSpan.FromMilliseconds(25) });
        harness.Submit(harness.Request(4) with { Parent = parent }).Cancel();
        using (new Activity("call").SetParentId(parent.TraceId, parent.SpanId, parent.TraceFlags).Start())
        {
            // What the server owes itself is such an item; those of callers are answered, and logged, elsewhere.
            var (item, _) = WorkItem.Of<string>(() => throw new InvalidOperationException("Told to throw."), null, null, TestContext.Current.CancellationToken);
            harness.Loop.Enqueue(item);
        }

        // As on the device's thread, where nothing of the caller is left.
        await Task.Run(() =>
        {
            Activity.Current = null;
            harness.RunUntilIdle();
        }, TestContext.Current.CancellationToken);

        string[] expected = ["starts at timestep", "completed in", "failed as SolverFailed (SOLVER_FAULT)", "ended as Cancelled", "Device work failed (SOLVER_FAULT)"];
        Assert.All(expected, words => Assert.Contains(log.Lines, line => line.Text.Contains(words, StringComparison.Ordinal)));
        Assert.All(log.Lines, line => Assert.Equal(parent.TraceId, line.Trace));
    }
}
