using FlashDiffusion.Server.Hosting;

namespace FlashDiffusion.Server.Tests.Hosting;

public sealed class SilenceTests
{
    private readonly Silence _silence = new(TimeSpan.FromSeconds(20));

    [Fact]
    public void IsGone_NothingComesBack_AfterTheTime()
    {
        Assert.False(Look(at: 0, unacknowledged: 1, sinceAnswer: 1));
        Assert.False(Look(at: 19, unacknowledged: 2, sinceAnswer: 20));
        Assert.True(Look(at: 20, unacknowledged: 2, sinceAnswer: 21));
    }

    [Fact]
    public void IsGone_ProbesUnanswered_AfterTheTime()
    {
        Assert.False(Look(at: 0, probes: 1, sinceAnswer: 25));
        Assert.True(Look(at: 20, probes: 5, sinceAnswer: 45));
    }

    [Fact]
    public void IsGone_AfterAnHourOfRest_TimeBeginsWithWhatIsSent()
    {
        Assert.False(Look(at: 0, sinceAnswer: 3600));
        Assert.False(Look(at: 5, unacknowledged: 1, sinceAnswer: 3605));
        Assert.False(Look(at: 24, unacknowledged: 1, sinceAnswer: 3624));
        Assert.True(Look(at: 25, unacknowledged: 1, sinceAnswer: 3625));
    }

    [Fact]
    public void IsGone_AlwaysBusyAndAnswered_Never()
    {
        // As of one that is far away and slow.
        for (var at = 0; at < 600; at += 5)
        {
            Assert.False(Look(at, unacknowledged: 40, sinceAnswer: 2));
        }
    }

    [Fact]
    public void IsGone_FullAndAnswersItsProbes_Never()
    {
        // The system doubles the time between them up to two minutes.
        for (var at = 0; at < 600; at += 5)
        {
            Assert.False(Look(at, sinceAnswer: at % 120));
        }
    }

    private bool Look(int at, uint unacknowledged = 0, byte probes = 0, int sinceAnswer = 0) =>
        _silence.IsGone(new TcpState(unacknowledged, probes, TimeSpan.FromSeconds(sinceAnswer)), TimeSpan.FromSeconds(at));
}
