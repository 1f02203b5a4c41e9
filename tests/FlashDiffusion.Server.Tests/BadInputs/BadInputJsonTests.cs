using System.Net;
using System.Text;
using System.Text.Json;
using FlashDiffusion.Server.Tests.Requests;
using Google.Protobuf;

namespace FlashDiffusion.Server.Tests.BadInputs;

/// <summary>The same API in JSON: what no message can be made of, and fields that no field is.</summary>
[Collection(BadInputCollection.Name)]
public sealed class BadInputJsonTests(BadInputServer server)
{
    [Theory]
    [InlineData("")]
    [InlineData(" ")]
    [InlineData("null")]
    [InlineData("true")]
    [InlineData("7")]
    [InlineData("[]")]
    [InlineData("\"text\"")]
    [InlineData("{")]
    [InlineData("{]")]
    [InlineData("{\"seed\":}")]
    [InlineData("{\"seed\":\"many\"}")]
    [InlineData("{\"seed\":\"\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\"}")]
    [InlineData("{\"adaptation\":{\"mode\":\"\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\U0001F600\"}}")]
    [InlineData("{\"seed\":-1}")]
    [InlineData("{\"seed\":18446744073709551616}")]
    [InlineData("{\"seed\":1.5}")]
    [InlineData("{\"seed\":[]}")]
    [InlineData("{\"model\":7}")]
    [InlineData("{\"model\":{}}")]
    [InlineData("{\"operator\":7}")]
    [InlineData("{\"operator\":[]}")]
    [InlineData("{\"operator\":{\"noiseStd\":\"much\"}}")]
    [InlineData("{\"operator\":{\"parameters\":[]}}")]
    [InlineData("{\"operator\":{\"parameters\":{\"std\":1}}}")]
    [InlineData("{\"operator\":{\"parameters\":{\"std\":{\"number\":1,\"text\":\"x\"}}}}")]
    [InlineData("{\"measurement\":{\"encoded\":\"!!!\"}}")]
    [InlineData("{\"measurement\":{\"encoded\":7}}")]
    [InlineData("{\"measurement\":{\"tensor\":{\"shape\":\"3\"}}}")]
    [InlineData("{\"measurement\":{\"tensor\":{\"shape\":[1.5]}}}")]
    [InlineData("{\"measurement\":{\"tensor\":{\"shape\":[1e300]}}}")]
    [InlineData("{\"measurement\":{\"encoded\":\"\",\"tensor\":{}}}")]
    [InlineData("{\"adaptation\":{\"mode\":\"SOMETIMES\"}}")]
    [InlineData("{\"adaptation\":{\"startTimestep\":99999999999}}")]
    [InlineData("{\"scheduling\":{\"queueTimeout\":\"soon\"}}")]
    [InlineData("{\"scheduling\":{\"queueTimeout\":5}}")]
    [InlineData("{\"scheduling\":{\"queueTimeout\":\"999999999999s\"}}")]
    public async Task Body_ThatIsNoRequest_IsAnInvalidArgumentWithDetails(string body)
    {
        var status = await PostAsync("/v1/reconstructions", Encoding.UTF8.GetBytes(body));

        Assert.Equal(3, status.GetProperty("code").GetInt32());
        Assert.NotEmpty(status.GetProperty("message").GetString()!);
        Assert.Equal("INVALID_REQUEST", status.GetProperty("details")[0].GetProperty("reason").GetString());
        Assert.Equal(0, server.Server.ActiveSessions);
    }

    [Theory]
    [InlineData("{\"adaptation\":{\"mode\":\"SOMETIMES\"}}", "adaptation.mode", "one of ADAPTATION_MODE_")]
    [InlineData("{\"seed\":\"many\"}", "seed", "0 to 18446744073709551615, but was \"many\"")]
    [InlineData("{\"seed\":-1}", "seed", "a whole number")]
    [InlineData("{\"model\":7}", "model", "a text in quotes, but was 7")]
    [InlineData("{\"operator\":7}", "operator", "an object (ForwardOperator)")]
    [InlineData("{\"operator\":{\"noiseStd\":\"much\"}}", "operator.noise_std", "a number")]
    [InlineData("{\"operator\":{\"parameters\":[]}}", "operator.parameters", "but was an array")]
    [InlineData("{\"operator\":{\"parameters\":{\"std\":1}}}", "operator.parameters.std", "an object (ParameterValue)")]
    [InlineData("{\"operator\":{\"parameters\":{\"std\":{\"number\":1,\"text\":\"x\"}}}}", "operator.parameters.std.text", "exclude each other")]
    [InlineData("{\"measurement\":{\"encoded\":\"!!!\"}}", "measurement.encoded", "base64")]
    [InlineData("{\"measurement\":{\"tensor\":{\"shape\":\"3\"}}}", "measurement.tensor.shape", "an array")]
    [InlineData("{\"measurement\":{\"tensor\":{\"shape\":[3,1.5]}}}", "measurement.tensor.shape[1]", "a whole number")]
    [InlineData("{\"progress\":{\"includeLatent\":\"yes\"}}", "progress.include_latent", "true or false")]
    [InlineData("{\"scheduling\":{\"queueTimeout\":\"soon\"}}", "scheduling.queue_timeout", "1.5s")]
    public async Task Body_ValueThatTheFieldCannotHave_IsNamedWithWhatItCan(string body, string field, string words)
    {
        var violation = Assert.Single(ViolationsOf(await PostAsync("/v1/reconstructions", Encoding.UTF8.GetBytes(body))));

        Assert.Equal(field, violation.Field);
        Assert.Contains(words, violation.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_SeveralValuesBehindALargePicture_AreNamedAtOnce()
    {
        var picture = Convert.ToBase64String(new byte[3_000_000]);
        var body = $$"""{"measurement": {"encoded": "{{picture}}"}, "solver": {"name": 1}, "mode": "EXACT"}""";

        var status = await PostAsync("/v1/reconstructions", Encoding.UTF8.GetBytes(body));

        Assert.Equal(["solver.name", "mode"], ViolationsOf(status).Select(violation => violation.Field));
        Assert.Contains("COMPUTE_MODE_EXACT", status.GetProperty("message").GetString(), StringComparison.Ordinal);
        var spoiled = ViolationsOf(await PostAsync("/v1/reconstructions", Encoding.UTF8.GetBytes($$$"""{"measurement": {"encoded": "{{{picture}}}!"}}""")));
        Assert.Equal("measurement.encoded", Assert.Single(spoiled).Field);
    }

    [Theory]
    [InlineData("", "empty")]
    [InlineData("[1]", "A ReconstructRequest is an object")]
    [InlineData("{\n \"seed\" 1}", "at line 2, byte 9")]
    public async Task Body_ThatIsNoObject_IsToldWhere(string body, string words) =>
        Assert.Contains(words, (await PostAsync("/v1/reconstructions", Encoding.UTF8.GetBytes(body))).GetProperty("message").GetString(), StringComparison.Ordinal);

    [Theory]
    [InlineData("wait=soon", "wait", "1.5s")]
    [InlineData("format=NOPE", "format", "PICTURE_FORMAT_PNG")]
    [InlineData("wait=1s&wait=2s", "wait", "2 times")]
    public async Task Query_ValueThatTheFieldCannotHave_IsNamedWithWhatItCan(string query, string field, string words)
    {
        using var http = new HttpClient { BaseAddress = server.Server.Http };
        using var answer = await http.GetAsync(new Uri($"/v1/reconstructions/some-id?{query}", UriKind.Relative), TestContext.Current.CancellationToken);
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        var violation = Assert.Single(ViolationsOf(document.RootElement));
        Assert.Equal(field, violation.Field);
        Assert.Contains(words, violation.Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Body_OfManyLevels_IsRefused()
    {
        var deep = string.Concat(Enumerable.Repeat("{\"operator\":", 5000)) + "{}" + new string('}', 5000);

        Assert.Equal(3, (await PostAsync("/v1/reconstructions", Encoding.UTF8.GetBytes(deep))).GetProperty("code").GetInt32());
    }

    [Fact]
    public async Task Body_OfNoText_IsRefused()
    {
        byte[] bytes = [0xff, 0xfe, 0x00, 0xd8, 0x80, 0x80];

        Assert.Equal(3, (await PostAsync("/v1/reconstructions", bytes)).GetProperty("code").GetInt32());
    }

    [Theory]
    [InlineData("application/json; charset=nonsense")]
    [InlineData("application/json; charset=\"nonsense\"")]
    [InlineData("application/json; charset=\"\"")]
    [InlineData("application/json; charset=utf-16")]
    [InlineData("application/json; charset=us-ascii")]
    [InlineData("application/x+json; charset=latin1")]
    [InlineData("text/plain; charset=nonsense")]
    public async Task Body_OfAnotherContentType_IsRefusedWithTheRightOne(string type)
    {
        var (code, status) = await PostAsync(type, "{\"seed\": \"many\"}");

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, code);
        Assert.Equal(3, status.GetProperty("code").GetInt32());
        Assert.Equal("INVALID_REQUEST", status.GetProperty("details")[0].GetProperty("reason").GetString());
        Assert.Contains("content-type: application/json", status.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.DoesNotContain("nonsense", server.Server.Logs.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/json; charset=utf-8")]
    [InlineData("application/json;charset=UTF-8")]
    [InlineData("application/json; charset=\"Utf-8\"; x=y")]
    public async Task Body_OfUtf8HoweverItIsSaid_IsRead(string type)
    {
        var (code, status) = await PostAsync(type, "{\"seed\": \"m\u00e4ny\"}");

        Assert.Equal(HttpStatusCode.BadRequest, code);
        Assert.Contains("m\u00e4ny", Assert.Single(ViolationsOf(status)).Description, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Query_WithACharsetThatNobodyKnows_IsNoFaultOfTheServer()
    {
        using var http = new HttpClient { BaseAddress = server.Server.Http };
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models") { Content = new ByteArrayContent([]) };
        request.Content.Headers.TryAddWithoutValidation("content-type", "application/json; charset=nonsense");

        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, answer.StatusCode);
    }

    public static TheoryData<string, object> Rows =>
        BadCase<V1.ReconstructRequest>.Rows(BadReconstructions.All.Where(bad => bad.Field.StartsWith("adaptation", StringComparison.Ordinal) || bad.Field.StartsWith("operator.no", StringComparison.Ordinal)));

    [Theory]
    [MemberData(nameof(Rows), DisableDiscoveryEnumeration = true)]
    public async Task Field_Bad_IsNamedAsOverGrpc(string name, object given)
    {
        var bad = Assert.IsType<BadCase<V1.ReconstructRequest>>(given);
        var request = MapperScene.Fine();
        bad.Spoil(request);

        var status = await PostAsync("/v1/reconstructions", Encoding.UTF8.GetBytes(JsonFormatter.Default.Format(request)));

        Assert.NotEmpty(name);
        Assert.Equal((int)bad.Code, status.GetProperty("code").GetInt32());
        Assert.Equal(bad.Field, ViolationsOf(status)[0].Field);
    }

    private static List<(string Field, string Description)> ViolationsOf(JsonElement status) =>
        [.. status.GetProperty("details").EnumerateArray().Single(detail => detail.TryGetProperty("fieldViolations", out _)).GetProperty("fieldViolations")
            .EnumerateArray().Select(violation => (violation.GetProperty("field").GetString()!, violation.GetProperty("description").GetString()!))];

    private async Task<(HttpStatusCode Code, JsonElement Status)> PostAsync(string type, string body)
    {
        using var http = new HttpClient { BaseAddress = server.Server.Http };
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(body));
        content.Headers.TryAddWithoutValidation("content-type", type);
        using var answer = await http.PostAsync(new Uri("/v1/reconstructions", UriKind.Relative), content, TestContext.Current.CancellationToken);
        using var document = JsonDocument.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        return (answer.StatusCode, document.RootElement.Clone());
    }

    private async Task<JsonElement> PostAsync(string path, byte[] body)
    {
        using var http = new HttpClient { BaseAddress = server.Server.Http };
        using var content = new ByteArrayContent(body);
        content.Headers.ContentType = new("application/json");
        using var answer = await http.PostAsync(new Uri(path, UriKind.Relative), content, TestContext.Current.CancellationToken);
        var text = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(answer.StatusCode is >= HttpStatusCode.BadRequest and < HttpStatusCode.InternalServerError, $"{answer.StatusCode}: {text}");
        using var document = JsonDocument.Parse(text);
        return document.RootElement.Clone();
    }
}
