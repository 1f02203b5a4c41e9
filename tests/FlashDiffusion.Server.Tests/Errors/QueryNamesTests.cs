using System.Net;
using System.Text;
using System.Text.Json;
using FlashDiffusion.Server.Tests.Serving;

namespace FlashDiffusion.Server.Tests.Errors;

/// <summary>What stands in a query and means nothing there is said to, whatever the verb.</summary>
public sealed class QueryNamesTests
{
    [Theory]
    [InlineData("wiat=3s", "wiat")]
    [InlineData("Wait=3s", "Wait")]
    [InlineData("wait=0s&nope=1&formt=1", "nope")]
    [InlineData("wait=0s&nope=1&formt=1", "formt")]
    public async Task Get_NameThatTheMessageDoesNotHave_IsRefusedWithWhatThereIs(string query, string field)
    {
        await using var server = await InProcessServer.StartAsync();

        var (status, text) = await GetAsync(server, $"/v1/reconstructions/nobody?{query}");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains($"\"field\":\"{field}\"", text, StringComparison.Ordinal);
        Assert.Contains("GetReconstructionRequest has no", text, StringComparison.Ordinal);
        Assert.Contains("it has requestId, wait, format.", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Get_NamesThatItHas_AreTaken()
    {
        await using var server = await InProcessServer.StartAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await GetAsync(server, "/v1/reconstructions/nobody?wait=0s&format=PICTURE_FORMAT_PNG")).Status);
    }

    [Theory]
    [InlineData("/v1/reconstructions?seed=8", "seed", "POST /v1/reconstructions takes nothing in the query, its body is the request: send 'seed' in it.")]
    [InlineData("/v1/reconstructions?operator.noise_std=0.1", "operator", "send 'operator' in it.")]
    [InlineData("/v1/reconstructions?requestId=a&seedd=8", "request_id", "send 'requestId' in it.")]
    [InlineData("/v1/reconstructions?requestId=a&seedd=8", "seedd", "leave 'seedd' out; ReconstructRequest has ")]
    [InlineData("/v1/severity:estimate?sed=8", "sed", "EstimateSeverityRequest has ")]
    [InlineData("/v1/pictures:degrade?crop=64", "crop", "send 'crop' in it.")]
    [InlineData("/v1/reconstructions/some-id:cancel?request_id=other", "request_id", "The path says it (/v1/reconstructions/{request_id}:cancel): leave it out of the query.")]
    [InlineData("/v1/reconstructions/some-id:cancel?now", "now", "leave 'now' out; CancelReconstructionRequest has requestId.")]
    public async Task Post_AnythingInTheQuery_IsRefusedWithWhereItGoes(string path, string field, string words)
    {
        await using var server = await InProcessServer.StartAsync();

        var (status, text) = await PostAsync(server, path, "{}");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("INVALID_REQUEST", text, StringComparison.Ordinal);
        var violation = Assert.Single(ViolationsOf(text), violation => violation.Field == field);
        Assert.Contains(words, violation.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_MisspeltInBodyAndQuery_IsToldBothAtOnce()
    {
        await using var server = await InProcessServer.StartAsync();

        var (_, text) = await PostAsync(server, "/v1/reconstructions?crop=64", "{\"seedd\":1}");

        Assert.Equal(["seedd", "crop"], ViolationsOf(text).Select(violation => violation.Field));
    }

    [Fact]
    public async Task Get_NameThatThePathSays_IsRefused()
    {
        await using var server = await InProcessServer.StartAsync();

        var (status, text) = await GetAsync(server, "/v1/reconstructions/nobody?requestId=somebody");

        Assert.Equal((HttpStatusCode.BadRequest, "request_id"), (status, Assert.Single(ViolationsOf(text)).Field));
    }

    [Fact]
    public async Task GrpcWeb_AnyQuery_IsLeftToWhoeverStandsBetween()
    {
        await using var server = await InProcessServer.StartAsync();
        using var http = new HttpClient();
        // Its clients put headers there on request, for a proxy, so that browsers ask no permission; the protocol itself has no word for a query.
        using var content = new ByteArrayContent(new byte[5]) { Headers = { ContentType = new("application/grpc-web+proto") } };

        using var answer = await http.PostAsync(new Uri(server.Http, "/flashdiffusion.v1.CatalogService/ListModels?%24httpHeaders=x-user%3Ame"), content, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Contains("grpc-status: 0", (await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Replace("grpc-status:0", "grpc-status: 0", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    private static List<(string Field, string Description)> ViolationsOf(string text)
    {
        using var status = JsonDocument.Parse(text);
        var bad = status.RootElement.GetProperty("details").EnumerateArray().Single(detail => detail.TryGetProperty("fieldViolations", out _));
        return [.. bad.GetProperty("fieldViolations").EnumerateArray().Select(violation => (violation.GetProperty("field").GetString()!, violation.GetProperty("description").GetString()!))];
    }

    private static async Task<(HttpStatusCode Status, string Text)> GetAsync(InProcessServer server, string path)
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(server.Http, path), TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static async Task<(HttpStatusCode Status, string Text)> PostAsync(InProcessServer server, string path, string json)
    {
        using var http = new HttpClient();
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(new Uri(server.Http, path), content, TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
