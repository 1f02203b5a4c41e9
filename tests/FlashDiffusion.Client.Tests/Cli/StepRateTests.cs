using FlashDiffusion.Cli.Display;
using FlashDiffusion.V1;
using Google.Protobuf.WellKnownTypes;
using Microsoft.Extensions.Time.Testing;

namespace FlashDiffusion.Client.Tests.Cli;

public sealed class StepRateTests
{
    [Fact]
    public void Report_FromTheSecondEventOn_KnowsRateAndRemainder()
    {
        var clock = new FakeTimeProvider();
        var rate = new StepRate(clock);

        var first = rate.Report(new Progress { Step = 4, TotalSteps = 80 });
        clock.Advance(TimeSpan.FromSeconds(2));
        var second = rate.Report(new Progress { Step = 24, TotalSteps = 80 });

        Assert.Null(first.StepsPerSecond);
        Assert.Equal(10, second.StepsPerSecond);
        Assert.Equal(TimeSpan.FromSeconds(5.6), second.Remaining);
        Assert.Equal("step 24 of 80  10.0 steps/s  ETA 5.6 s", Lines.Describe(second));
    }

    [Fact]
    public void Report_FewerStepsThanBefore_CountsWhatIsLeftOfThose()
    {
        var clock = new FakeTimeProvider();
        var rate = new StepRate(clock);
        rate.Report(new Progress { Step = 4, TotalSteps = 80 });
        clock.Advance(TimeSpan.FromSeconds(2));

        var report = rate.Report(new Progress { Step = 24, TotalSteps = 44 });

        Assert.Equal((10, TimeSpan.FromSeconds(2)), (report.StepsPerSecond, report.Remaining));
    }

    [Fact]
    public void Report_ServerKnowsTheEta_TakesIt()
    {
        var report = new StepRate(new FakeTimeProvider()).Report(
            new Progress { Step = 1, TotalSteps = 9, Eta = Duration.FromTimeSpan(TimeSpan.FromSeconds(75)) });

        Assert.Equal("step 1 of 9  ETA 1 min 15 s", Lines.Describe(report));
    }
}
