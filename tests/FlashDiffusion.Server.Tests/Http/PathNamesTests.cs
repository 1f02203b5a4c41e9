using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using FlashDiffusion.Server.Http;
using FlashDiffusion.Server.Tests.Serving;

namespace FlashDiffusion.Server.Tests.Http;

/// <summary>Any request_id is fetched and cancelled over HTTP, a slash in it too.</summary>
public sealed class PathNamesTests
{
    [Theory]
    [InlineData("a%2Fb", "/v1/reconstructions/a%2Fb", "a/b")]
    [InlineData("a%2fb", "/v1/reconstructions/a%2fb?wait=3s", "a/b")]
    [InlineData("a%2Fb", "/v1/reconstructions/a%2Fb:cancel", "a/b")]
    [InlineData("a%2Fb:c", "/v1/reconstructions/a%2Fb%3Ac:cancel", "a/b:c")]
    [InlineData("a%2Fb", "/v1/reconstructions/a%252Fb", "a%2Fb")]
    [InlineData("%2F%2F", "/v1/reconstructions/%2F%252F", "/%2F")]
    [InlineData("a b%2F100%", "/v1/reconstructions/a%20b%2F100%25", "a b/100%")]
    public void Meant_NameOfAPath_IsWhatWasSent(string routed, string target, string meant) => Assert.Equal(meant, PathNames.Meant(routed, target));

    [Theory]
    [InlineData("a/b")]
    [InlineData("a%2Fb")]
    [InlineData("//~:/100%#?")]
    public async Task RequestId_WithASlash_IsFetchedAndCancelled(string id)
    {
        await using var server = await InProcessServer.StartAsync();
        var request = InProcessServer.Short();
        request.RequestId = id;
        await InProcessServer.ResultAsync(server.Reconstruction(), request, InProcessServer.Call());
        using var http = new HttpClient { BaseAddress = server.Http };

        var path = $"/v1/reconstructions/{Uri.EscapeDataString(id)}";
        using var fetched = await http.GetAsync(new Uri($"{path}?wait=1s", UriKind.Relative), TestContext.Current.CancellationToken);
        using var cancelled = await http.PostAsJsonAsync(new Uri($"{path}:cancel", UriKind.Relative), new { }, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, fetched.StatusCode);
        Assert.Equal(id, (await fetched.Content.ReadFromJsonAsync<JsonElement>(TestContext.Current.CancellationToken)).GetProperty("requestId").GetString());
        Assert.Equal(HttpStatusCode.OK, cancelled.StatusCode);
    }
}
