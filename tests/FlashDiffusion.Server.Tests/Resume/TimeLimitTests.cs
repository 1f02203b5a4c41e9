using FlashDiffusion.Server.Resume;

namespace FlashDiffusion.Server.Tests.Resume;

/// <summary>A time limit goes on with its request: three seconds were spent when the checkpoint was made.</summary>
public sealed class TimeLimitTests
{
    [Theory]
    [InlineData(10.0, 10.0, 7.0)]
    [InlineData(10.0, 9.0, 9.0)]
    [InlineData(null, 10.0, 10.0)]
    [InlineData(10.0, null, null)]
    public void Continue_WithATimeLimit_CountsWhatWasSpentOfTheSameOne(double? first, double? now, double? left)
    {
        var flow = new ResumeFlow(limit: first);
        flow.Limit(now);
        Assert.Equal(left, flow.Continued(new ResumeScene(ResumeScene.Key(1))).Request.TimeLimit?.TotalSeconds);
    }

    [Fact]
    public void Continue_TimeIsUp_LeavesTheLeastThatThereIs()
    {
        var flow = new ResumeFlow(limit: 2);
        Assert.Equal(TimeSpan.FromTicks(1), flow.Continued().Request.TimeLimit);
    }

    [Theory]
    [InlineData(10.0, 10.0, 5.0)]
    [InlineData(10.0, 9.0, 7.0)]
    public void Continue_Twice_CountsBoth(double first, double then, double left)
    {
        // Five seconds were spent when the second checkpoint was made, of which two on the second server.
        var flow = new ResumeFlow(limit: first);
        flow.Limit(then);
        var second = flow.Continued();
        flow.GoOnFrom(second.Checkpoints!.Write(ResumeFlow.StateOf(second.Request) with { QueueTime = TimeSpan.FromSeconds(1.5), ComputeTime = TimeSpan.FromSeconds(3.5) }));
        Assert.Equal(left, flow.Continued().Request.TimeLimit!.Value.TotalSeconds);
    }

    [Fact]
    public void Continue_OfAServerThatSaidNoLimit_CountsFromThere()
    {
        var token = new TokenPayload { Cost = new TokenCost { QueueTime = TimeSpan.TicksPerSecond } };
        var limit = TokenTimeLimits.GoingOn(TimeSpan.FromSeconds(4), token);
        Assert.Equal(TimeSpan.FromSeconds(4), TokenTimeLimits.Left(limit, token));
    }
}
