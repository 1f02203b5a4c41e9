using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Scheduling;
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
        Assert.Same(fleet.Loops[exact], fleet.Lightest(ComputeMode.Exact));
    }

    private static DeviceFleet Fleet(EngineHarness harness, string devices) => new(
        new EngineOptions { Device = devices, Threads = 1 },
        new SessionEnds(harness.Ledger, harness.Time, harness.Telemetry, NullLogger.Instance),
        harness.Time,
        harness.Telemetry,
        NullLogger.Instance);
}
