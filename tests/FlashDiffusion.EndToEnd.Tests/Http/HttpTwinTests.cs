using System.Net;
using FlashDiffusion.EndToEnd.Tests.Servers;
using Google.Rpc;

namespace FlashDiffusion.EndToEnd.Tests.Http;

[Collection(ServerCollection.Name)]
public sealed class HttpTwinTests(SharedServer shared) : IDisposable
{
    private const string Reconstructions = "/v1/reconstructions";
    private readonly HttpClient _http = HttpTwin.Client(shared.Server.Http);

    public void Dispose() => _http.Dispose();

    [Fact]
    public async Task Reconstruct_Posted_AnswersOneEventALine()
    {
        var request = await Requests.BlurredAsync(shared.Server);
        request.Progress = new V1.ProgressOptions { EverySteps = 1, IncludeLatent = true };

        using var response = await HttpTwin.PostAsync(_http, Reconstructions, request);
        var lines = (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var events = lines.Select(HttpTwin.Parse<V1.ReconstructResponse>).ToList();
        Assert.Equal(Enumerable.Range(0, events.Count).Select(number => (ulong)number), events.Select(happened => happened.Sequence));
        Assert.NotNull(events[0].Accepted);
        Assert.True(events.Count > 2);
        // But for those that say only that it lives.
        var latents = events[1..^1].Select(happened => happened.Progress.Latent).OfType<V1.Tensor>().ToList();
        Assert.Equal(events[0].Accepted.TotalSteps, latents.Count + events[^2].Progress.Skipped);
        Assert.All(latents, latent => Assert.NotEmpty(latent.Data));
        // The same request over gRPC has the same picture: one path, two notations.
        var native = await Requests.ReconstructAsync(shared.Server, request);
        Assert.Equal(native[^1].Result.Picture, events[^1].Result.Picture);
    }

    [Fact]
    public async Task Reconstruct_StillRunning_HasSentItsFirstEventsAndEndsWithItsReader()
    {
        var request = await Requests.FaultyAsync(shared.Server, "none", delay: 50);
        using (var response = await HttpTwin.PostAsync(_http, Reconstructions, request))
        {
            using var reader = new StreamReader(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken));
            var accepted = HttpTwin.Parse<V1.ReconstructResponse>((await reader.ReadLineAsync(TestContext.Current.CancellationToken))!);
            var progress = HttpTwin.Parse<V1.ReconstructResponse>((await reader.ReadLineAsync(TestContext.Current.CancellationToken))!);

            // Fifty seconds of work lie ahead: these lines came while it runs.
            Assert.Equal(1000, accepted.Accepted.TotalSteps);
            Assert.InRange(progress.Progress.Step, 1, 900);
            Assert.Equal(1, await shared.Server.MetricAsync("flashdiffusion_slots_active"));
        }

        await shared.Server.EventuallyAsync("flashdiffusion_slots_active", 0);
    }

    [Fact]
    public async Task Reconstruct_SolverFaultOnTheWay_IsTheLastLine()
    {
        var request = await Requests.FaultyAsync(shared.Server, "throw", delay: 0);

        using var response = await HttpTwin.PostAsync(_http, Reconstructions, request);
        var lines = (await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).Split('\n', StringSplitOptions.RemoveEmptyEntries);

        var status = HttpTwin.Parse<Google.Rpc.Status>(lines[^1]);
        Assert.Equal((int)Code.Internal, status.Code);
        Assert.Equal("SOLVER_FAULT", status.Detail<ErrorInfo>().Reason);
    }

    [Fact]
    public async Task Reconstruct_BadRequest_NamesEveryFieldAtOnce()
    {
        var request = await Requests.BlurredAsync(shared.Server);
        request.Operator.NoiseStd = 7;
        request.Measurement = null;

        using var response = await HttpTwin.PostAsync(_http, Reconstructions, request);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var status = await HttpTwin.StatusAsync(response);
        Assert.Equal(["measurement", "operator.noise_std"], status.Detail<BadRequest>().FieldViolations.Select(violation => violation.Field).Order());
        Assert.Equal("INVALID_REQUEST", status.Detail<ErrorInfo>().Reason);
    }

    [Theory]
    [InlineData("GET", "/v1/nothing", "/openapi.json")]
    [InlineData("POST", "/v1/reconstructions/a/b", "/openapi.json")]
    [InlineData("GET", "/nothing", "/v1/...")]
    [InlineData("POST", "/healthz", "/healthz/ready")]
    [InlineData("GET", "/studio/nothing.js", "/v1/...")]
    [InlineData("GET", "/metrics", "--metrics-port")]
    public async Task Path_ThatIsNone_IsNotFoundAndSaysWhatThereIs(string verb, string path, string instead)
    {
        using var request = new HttpRequestMessage(new HttpMethod(verb), path);
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        var status = await HttpTwin.StatusAsync(response);
        Assert.Equal(((int)Code.NotFound, "UNIMPLEMENTED"), (status.Code, status.Detail<ErrorInfo>().Reason));
        Assert.Contains($"{verb} {path}", status.Message, StringComparison.Ordinal);
        Assert.Contains(instead, status.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("PUT", "/v1/models", "GET")]
    [InlineData("GET", "/v1/pictures:degrade", "POST")]
    [InlineData("DELETE", "/v1/reconstructions/some-id", "GET")]
    [InlineData("DELETE", "/v1/reconstructions/some-id:cancel", "GET, POST")]
    [InlineData("POST", "/openapi.json", "GET")]
    [InlineData("GET", "/flashdiffusion.v1.CatalogService/ListModels", "POST")]
    public async Task Verb_ThatThePathDoesNotTake_IsToldWhichItTakes(string verb, string path, string allowed)
    {
        using var request = new HttpRequestMessage(new HttpMethod(verb), path);
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(allowed, string.Join(", ", response.Content.Headers.Allow));
        var status = await HttpTwin.StatusAsync(response);
        Assert.Equal(((int)Code.Unimplemented, "UNIMPLEMENTED"), (status.Code, status.Detail<ErrorInfo>().Reason));
        Assert.Contains($"takes {allowed.Replace(", ", " and ", StringComparison.Ordinal)}, not {verb}", status.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET", "/", HttpStatusCode.NotFound, "/metrics")]
    [InlineData("GET", "/v1/models", HttpStatusCode.NotFound, "--http-port")]
    [InlineData("POST", "/healthz/ready", HttpStatusCode.MethodNotAllowed, "takes GET, not POST")]
    public async Task MetricsPort_WhatItDoesNotHave_IsSaidInPlainText(string verb, string path, HttpStatusCode code, string words)
    {
        using var request = new HttpRequestMessage(new HttpMethod(verb), new Uri(shared.Server.Metrics, path));
        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal((code, "text/plain"), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        Assert.Contains(words, await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{ not json", "INVALID_REQUEST")]
    [InlineData("""{"seed": "many"}""", "INVALID_REQUEST")]
    [InlineData("""{"adaptation": {"mode": "NO_SUCH_MODE"}}""", "INVALID_REQUEST")]
    public async Task Reconstruct_BodyThatIsNoRequest_IsRefusedWithErrorInfo(string body, string reason)
    {
        using var response = await HttpTwin.PostAsync(_http, Reconstructions, body);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var status = await HttpTwin.StatusAsync(response);
        Assert.Equal((reason, "flashdiffusion.dev"), (status.Detail<ErrorInfo>().Reason, status.Detail<ErrorInfo>().Domain));
    }

    [Fact]
    public async Task Reconstruct_BodyThatDoesNotSayItIsJson_IsToldSo()
    {
        using var content = new StringContent("{}", System.Text.Encoding.UTF8, "application/x-www-form-urlencoded");
        using var response = await _http.PostAsync(new Uri(Reconstructions, UriKind.RelativeOrAbsolute), content, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
        var status = await HttpTwin.StatusAsync(response);
        Assert.Equal(((int)Code.InvalidArgument, "INVALID_REQUEST"), (status.Code, status.Detail<ErrorInfo>().Reason));
        Assert.Contains("content-type: application/json", status.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Reconstruct_BodyAboveTheLimit_IsRefusedWithTheLimit(bool chunked)
    {
        const int limit = 64 * 1024 * 1024;
        using var request = new HttpRequestMessage(HttpMethod.Post, Reconstructions);
        request.Content = new ByteArrayContent([.. Enumerable.Repeat((byte)' ', limit + 1)]);
        request.Content.Headers.ContentType = new("application/json");
        request.Headers.TransferEncodingChunked = chunked;

        using var response = await _http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, response.StatusCode);
        var status = await HttpTwin.StatusAsync(response);
        Assert.Equal((int)Code.ResourceExhausted, status.Code);
        Assert.Equal(("MESSAGE_TOO_LARGE", "67108864"), (status.Detail<ErrorInfo>().Reason, status.Detail<ErrorInfo>().Metadata["maximum_message_bytes"]));
    }

    [Fact]
    public async Task GetAndCancel_ByPath_MeanTheReconstructionOfThatName()
    {
        var request = await Requests.FaultyAsync(shared.Server, "none", delay: 50);
        request.RequestId = $"over-http-{Guid.NewGuid()}";
        request.OnDisconnect = V1.OnDisconnect.Detach;
        using (var posted = await HttpTwin.PostAsync(_http, Reconstructions, request))
        {
            Assert.Equal(HttpStatusCode.OK, posted.StatusCode);
        }

        var path = $"{Reconstructions}/{Uri.EscapeDataString(request.RequestId)}";
        var running = HttpTwin.Parse<V1.GetReconstructionResponse>(await _http.GetStringAsync($"{path}?wait=0.1s&format=PICTURE_FORMAT_JPEG", TestContext.Current.CancellationToken));
        using var cancelled = await HttpTwin.PostAsync(_http, path + ":cancel", "{}");
        using var unknown = await _http.GetAsync($"{Reconstructions}/nobody", TestContext.Current.CancellationToken);

        Assert.Equal((request.RequestId, V1.ReconstructionState.Running), (running.RequestId, running.State));
        Assert.Equal(
            V1.ReconstructionState.Cancelled,
            HttpTwin.Parse<V1.CancelReconstructionResponse>(await cancelled.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)).State);
        Assert.Equal(HttpStatusCode.NotFound, unknown.StatusCode);
        await shared.Server.EventuallyAsync("flashdiffusion_slots_active", 0);
    }

    [Fact]
    public async Task Metrics_JsonCall_HasItsOwnStatus()
    {
        using var response = await HttpTwin.PostAsync(_http, "/v1/pictures:degrade", "{}");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        // It is counted after its headers are out.
        var seen = false;
        for (var i = 0; i < 150 && !seen; i++)
        {
            await Task.Delay(200, TestContext.Current.CancellationToken);
            var metrics = await _http.GetStringAsync(shared.Server.Metrics, TestContext.Current.CancellationToken);
            seen = metrics.Split('\n').Any(line => line.Contains("ReconstructionService/Degrade\"", StringComparison.Ordinal) && line.Contains("INVALID_ARGUMENT", StringComparison.Ordinal));
        }

        Assert.True(seen, "It was not counted with its status.");
    }
}
