using System.Net;
using FlashDiffusion.Server.Tests.Serving;

namespace FlashDiffusion.Server.Tests.Security;

/// <summary>A page whose name was made to point at this machine has that name in its Host header.</summary>
public sealed class HostGuardTests
{
    [Theory]
    [InlineData("evil.example", false)]
    [InlineData("localhost.evil.example:8000", false)]
    [InlineData("127.0.0.1.evil.example", false)]
    [InlineData("localhost:8000", true)]
    [InlineData("LOCALHOST", true)]
    [InlineData("127.0.0.1", true)]
    [InlineData("[::1]:8000", true)]
    [InlineData("flash.example:8000", true)]
    public async Task Call_OnThisMachineOnly_IsAnsweredByItsOwnNames(string host, bool answered)
    {
        await using var server = await InProcessServer.StartAsync(null, ("Http:AllowedHosts:0", "flash.example"));

        foreach (var address in new[] { new Uri(server.Http, "/"), new Uri(server.Http, "/v1/models"), new Uri(server.Http, "/healthz/ready"), new Uri(server.Metrics, "/metrics") })
        {
            var (status, body) = await GetAsync(address, host);
            Assert.Equal(answered ? HttpStatusCode.OK : HttpStatusCode.Forbidden, status);
            Assert.Equal(!answered, body.Contains("HOST_REFUSED", StringComparison.Ordinal) && body.Contains("Http:AllowedHosts", StringComparison.Ordinal));
        }
    }

    [Fact]
    public async Task Call_WhereOthersMayConnect_IsAnsweredByAnyName()
    {
        await using var server = await InProcessServer.StartAsync(null, ("Server:Listen", "any"));
        var address = new UriBuilder(server.Http) { Host = "127.0.0.1", Path = "/v1/models" }.Uri;

        Assert.Equal(HttpStatusCode.OK, (await GetAsync(address, "flash.example")).Status);
    }

    private static async Task<(HttpStatusCode Status, string Body)> GetAsync(Uri address, string host)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Host = host;
        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
