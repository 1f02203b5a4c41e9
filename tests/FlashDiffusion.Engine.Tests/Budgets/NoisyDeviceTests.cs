namespace FlashDiffusion.Engine.Tests.Budgets;

/// <summary>Deadlines where units do not take what units like them took. LONG=1 runs twelve times as many hours of it.</summary>
public sealed class NoisyDeviceTests
{
    private static int Devices => Environment.GetEnvironmentVariable("LONG") == "1" ? 48 : 4;

    [Fact]
    public void Deadlines_OnADeviceThatIsNeverQuiteAsMeasured_AreKept()
    {
        var (accepted, met, shortened) = (0, 0, 0);
        for (var seed = 1; seed <= Devices; seed++)
        {
            using var device = new NoisyDevice(seed);
            device.Run(TimeSpan.FromSeconds(120));
            (accepted, met, shortened) = (accepted + device.Accepted, met + device.Met, shortened + device.Shortened);
        }

        TestContext.Current.SendDiagnosticMessage("accepted {0}, met {1}, shortened once more {2}", accepted, met, shortened);
        Assert.True(accepted > 100 * Devices && shortened > 0, $"Accepted {accepted}, shortened once more {shortened}: that says nothing.");

        // By what chance may do no margin is large enough for all: of a thousand some three are missed. Without a reserve for it one in nine was.
        Assert.True(accepted - met <= accepted / 100, $"Of {accepted} accepted deadlines {accepted - met} were missed.");
    }

    [Fact]
    public void Deadlines_OnADeviceThatBecomesSlower_AreKeptByShorterTrajectories()
    {
        using var device = new NoisyDevice(1);
        device.Run(TimeSpan.FromSeconds(30), () => device.Slowness = 1.3);
        Assert.True(device.Shortened > 0 && device.Met == device.Accepted, $"Of {device.Accepted} accepted deadlines {device.Met} were met, {device.Shortened} by shorter trajectories.");
    }
}
