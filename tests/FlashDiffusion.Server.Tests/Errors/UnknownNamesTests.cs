using System.Net;
using System.Text;
using FlashDiffusion.Server.Tests.Requests;
using FlashDiffusion.Server.Tests.Serving;
using Google.Protobuf;

namespace FlashDiffusion.Server.Tests.Errors;

/// <summary>A misspelt name in JSON is no default.</summary>
public sealed class UnknownNamesTests
{
    [Fact]
    public async Task Post_NamesThatMessagesDoNotHave_AreRefusedAllAtOnceWithWhatThereIs()
    {
        await using var server = await InProcessServer.StartAsync();
        var fine = JsonFormatter.Default.Format(MapperScene.Fine());

        var (status, text) = await PostAsync(server, fine
            .Replace("\"seed\"", "\"seedd\"", StringComparison.Ordinal)
            .Replace("\"number\"", "\"nummer\"", StringComparison.Ordinal));

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("\"field\":\"seedd\"", text, StringComparison.Ordinal);
        Assert.Contains("\"field\":\"operator.parameters.std.nummer\"", text, StringComparison.Ordinal);
        Assert.Contains("ParameterValue has no 'nummer'; it has number, text.", text, StringComparison.Ordinal);
        Assert.Contains("INVALID_REQUEST", text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(server, fine.Replace("noiseStd", "noise_std", StringComparison.Ordinal))).Status);
    }

    [Fact]
    public async Task Post_BehindAByteOrderMark_IsReadAsWithoutIt()
    {
        await using var server = await InProcessServer.StartAsync();
        var fine = JsonFormatter.Default.Format(MapperScene.Fine());

        var (status, text) = await PostAsync(server, "\uFEFF" + fine.Replace("\"seed\"", "\"seedd\"", StringComparison.Ordinal));

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("\"field\":\"seedd\"", text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, (await PostAsync(server, "\uFEFF" + fine)).Status);
    }

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

    private static async Task<(HttpStatusCode Status, string Text)> GetAsync(InProcessServer server, string path)
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(new Uri(server.Http, path), TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    private static async Task<(HttpStatusCode Status, string Text)> PostAsync(InProcessServer server, string json)
    {
        using var http = new HttpClient();
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(new Uri(server.Http, "/v1/reconstructions"), content, TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
