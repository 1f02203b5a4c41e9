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
    [InlineData("as PHP writes it")]
    [InlineData("in lines")]
    [InlineData("as .NET writes it")]
    [InlineData("behind blanks")]
    public async Task Post_BesideALargePictureHoweverItIsWritten_IsRefused(string how)
    {
        await using var server = await InProcessServer.StartAsync();
        var picture = Convert.ToBase64String([.. Enumerable.Range(0, 30_000).Select(i => (byte)(i * 7))]);
        Assert.Contains("/", picture, StringComparison.Ordinal);
        Assert.Contains("+", picture, StringComparison.Ordinal);
        picture = how switch
        {
            "as PHP writes it" => picture.Replace("/", "\\/", StringComparison.Ordinal),
            "as .NET writes it" => picture.Replace("+", "\\u002B", StringComparison.Ordinal),
            "in lines" => string.Join("\\r\\n", picture.Chunk(76).Select(line => new string(line))),
            _ => picture,
        };
        var blanks = how == "behind blanks" ? new string(' ', 300_000) : "";

        var (status, text) = await PostAsync(server, $$"""{"measurement":{"encoded":"{{picture}}"},{{blanks}}"operator":{"name":"denoising"},"seedd":7}""");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("\"field\":\"seedd\"", text, StringComparison.Ordinal);
        // It could be read: of the picture only the pixels are wrong, which nobody looks at then.
        Assert.DoesNotContain("measurement.encoded", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Post_MoreThanIsLookedAt_IsRefusedInsteadOfTakenUnseen()
    {
        await using var server = await InProcessServer.StartAsync();
        var many = string.Join(",", Enumerable.Range(0, 40_000).Select(i => $"\"n{i}\":1"));

        var (status, text) = await PostAsync(server, JsonFormatter.Default.Format(MapperScene.Fine()).TrimEnd('}', ' ') + $",\"more\":{{{many}}}}}");

        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Contains("more than 256 KiB beside its pictures", text, StringComparison.Ordinal);
        Assert.Contains("INVALID_REQUEST", text, StringComparison.Ordinal);
    }

    private static async Task<(HttpStatusCode Status, string Text)> PostAsync(InProcessServer server, string json)
    {
        using var http = new HttpClient();
        using var content = new StringContent(json, Encoding.UTF8, "application/json");
        using var answer = await http.PostAsync(new Uri(server.Http, "/v1/reconstructions"), content, TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
