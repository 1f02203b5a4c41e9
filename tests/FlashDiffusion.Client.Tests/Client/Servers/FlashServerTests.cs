namespace FlashDiffusion.Client.Tests.Client.Servers;

public sealed class FlashServerTests
{
    [Fact]
    public void LeaveAloneUntil_EarlierThanWasSaid_ChangesNothing()
    {
        using var server = new FlashServer(new Uri("http://127.0.0.1:1"), new FlashClientOptions());
        var now = TimeProvider.System.GetUtcNow();

        foreach (var seconds in new[] { 1.0, 30, 0.2 })
        {
            server.LeaveAloneUntil(now + TimeSpan.FromSeconds(seconds));
        }

        Assert.Equal((now + TimeSpan.FromSeconds(30)).UtcTicks, server.NotBefore);
    }
}
