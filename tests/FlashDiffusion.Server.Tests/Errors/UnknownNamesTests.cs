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

    private static async Task<(HttpStatusCode Status, string Text)> PostAsync(InProcessServer server, string json)
    {
        using var http = new HttpClient();
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(new Uri(server.Http, "/v1/reconstructions"), content, TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
