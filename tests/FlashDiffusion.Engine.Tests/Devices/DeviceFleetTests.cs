using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Testing.Fakes;
using Microsoft.Extensions.Logging.Abstractions;

namespace FlashDiffusion.Engine.Tests.Devices;

public sealed class DeviceFleetTests
{
    [Fact]
    public void Lightest_UnevenWork_IsTheDeviceWithTheLeast()
    {
        using var harness = new EngineHarness();
        var ends = new SessionEnds(harness.Ledger, harness.Time, harness.Telemetry, NullLogger.Instance);
        using var fleet = new DeviceFleet(new EngineOptions { Device = "cpu,cpu,cpu", Threads = 1 }, ends, harness.Time, harness.Telemetry, NullLogger.Instance);
        fleet.Loops[0].Arrive(() => { }, work: 5);
        Assert.NotSame(fleet.Loops[0], fleet.Lightest);
        fleet.Loops[1].Arrive(() => { }, work: 3);
        Assert.Same(fleet.Loops[2], fleet.Lightest);
        fleet.Loops[2].Arrive(() => { }, work: 4);
        Assert.Same(fleet.Loops[1], fleet.Lightest);
        fleet.Loops[1].Arrive(() => { }, work: 3);
        Assert.Same(fleet.Loops[2], fleet.Lightest);
    }
}
