using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Testing.Fakes;
using Microsoft.Extensions.Logging.Abstractions;

namespace FlashDiffusion.Engine.Tests.Devices;

public sealed class DeviceFleetTests
{
    [Fact]
    public void Lightest_UnevenWork_IsTheDeviceWithTheLeast()
    {
        using var harness = new EngineHarness();
        using var fleet = Fleet(harness, "cpu,cpu,cpu");
        fleet.Loops[0].Arrive(() => { }, work: 5);
        Assert.NotSame(fleet.Loops[0], fleet.Lightest());
        fleet.Loops[1].Arrive(() => { }, work: 3);
        Assert.Same(fleet.Loops[2], fleet.Lightest());
        fleet.Loops[2].Arrive(() => { }, work: 4);
        Assert.Same(fleet.Loops[1], fleet.Lightest());
        fleet.Loops[1].Arrive(() => { }, work: 3);
        Assert.Same(fleet.Loops[2], fleet.Lightest());
    }

    [Theory]
    [InlineData("cpu,cuda:0,cpu", 2)]
    [InlineData("cuda:0,cuda:1,cpu", 0)]
    public void Lightest_ExactRequest_IsOfTheFirstOnesKind(string devices, int exact)
    {
        // Nothing runs, so that no such device is needed.
        using var harness = new EngineHarness();
        using var fleet = Fleet(harness, devices);
        fleet.Loops[0].Arrive(() => { }, work: 5);
        Assert.Same(fleet.Loops[1], fleet.Lightest());
        Assert.Same(fleet.Loops[1], fleet.For(harness.Request(1), null));
        Assert.Same(fleet.Loops[exact], fleet.For(harness.Request(1) with { Mode = ComputeMode.Exact }, null));
    }

    [Theory]
    [InlineData("cpu,cpu,cpu", "2012")]
    [InlineData("cpu,cuda:0,cpu", "2020")]
    [InlineData("cuda:0,cuda:1", "0000")]
    public void ForShortWork_WorkThatWaits_GoesToTheDeviceWithTheLeastOfTheFirstOnesKind(string devices, string chosen)
    {
        // A piece that was never measured is taken to last a twentieth of a second, longer than what waits on the first two together.
        using var harness = new EngineHarness();
        using var fleet = Fleet(harness, devices);
        fleet.Loops[0].Arrive(() => { }, work: 0.02);
        fleet.Loops[1].Arrive(() => { }, work: 0.03);
        foreach (var device in chosen)
        {
            Assert.Equal(device - '0', fleet.ForShortWork());
            fleet.Loops[device - '0'].Enqueue(WorkItem.Of(() => "done", null, null, CancellationToken.None, "degrade").Item);
        }

        // What has run is over.
        while (fleet.Loops[0].Tick())
        {
        }

        Assert.Equal(0, fleet.ForShortWork());
        Assert.Equal(0, fleet.Loops[0].FullPressure);
    }

    [Fact]
    public void For_ARequestWithADeadline_IsADeviceWhosePromisesLeaveTimeForIt()
    {
        using var harness = new EngineHarness { EncodeTime = TimeSpan.FromMilliseconds(50), DecodeTime = TimeSpan.FromMilliseconds(5) };
        using var fleet = Fleet(harness, "cpu,cpu");
        foreach (var loop in fleet.Loops)
        {
            // Each knows what a step takes.
            Begin(harness, loop, harness.Request(1));
            while (loop.Tick())
            {
            }
        }

        Begin(harness, fleet.Loops[0], harness.Request(2, startTimestep: 99) with { TimeLimit = TimeSpan.FromSeconds(1.85) });
        Begin(harness, fleet.Loops[1], harness.Request(3, startTimestep: 199));
        for (var tick = 0; tick < 3; tick++)
        {
            fleet.Loops[0].Tick();
            fleet.Loops[1].Tick();
        }

        var late = harness.Request(4);
        Assert.InRange(fleet.Loops[0].Least.Of(late) ?? 0, 0.5, 2);
        Assert.Same(fleet.Loops[0], fleet.For(late, null));
        Assert.Same(fleet.Loops[0], fleet.For(late, TimeSpan.FromSeconds(5)));
        Assert.Same(fleet.Loops[1], fleet.For(late, TimeSpan.FromSeconds(0.3)));
    }

    [Fact]
    public void Pressure_OfAUnitThatTakesTooLong_Grows()
    {
        using var harness = new EngineHarness();
        harness.Submit(harness.Request(1));
        harness.Submit(harness.Request(2, startTimestep: 50));
        harness.Tick(8);
        var before = harness.Loop.Pressure;
        var during = 0.0;
        harness.Calling = _ =>
        {
            harness.Time.Advance(TimeSpan.FromSeconds(60));
            during = during > 0 ? during : harness.Loop.Pressure;
        };
        harness.Tick(1);
        Assert.InRange(during - before, 59, 61);
        Assert.Equal(harness.Loop.Load.Work, harness.Loop.Pressure, 1e-9);
    }

    private static void Begin(EngineHarness harness, DeviceLoop loop, ReconstructionRequest request)
    {
        Assert.Null(harness.Ledger.TryEnter());
        var session = new ReconstructionSession(harness.Ledger.Accepted, request, harness.Clock, () => { });
        loop.Arrive(() => loop.Starts.Begin(session));
    }

    private static DeviceFleet Fleet(EngineHarness harness, string devices) => new(
        new EngineOptions { Device = devices, Threads = 1 },
        new SessionEnds(harness.Ledger, harness.Time, harness.Telemetry, NullLogger.Instance),
        harness.Time,
        harness.Telemetry,
        NullLogger.Instance);
}
