using System.Net;
using FlashDiffusion.EndToEnd.Tests.Servers;
using Google.Rpc;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Web;

namespace FlashDiffusion.EndToEnd.Tests.Http;

[Collection(ServerCollection.Name)]
public sealed class GrpcWebTests(SharedServer shared)
{
    [Theory]
    [InlineData(GrpcWebMode.GrpcWeb)]
    [InlineData(GrpcWebMode.GrpcWebText)]
    public async Task Reconstruct_OverGrpcWeb_StreamsTheSameResult(GrpcWebMode mode)
    {
        using var channel = Channel(mode);
        var request = await Requests.BlurredAsync(shared.Server);

        using var call = new V1.ReconstructionService.ReconstructionServiceClient(channel).Reconstruct(request, Requests.Call);
        var events = new List<V1.ReconstructResponse>();
        await foreach (var happened in call.ResponseStream.ReadAllAsync(TestContext.Current.CancellationToken))
        {
            events.Add(happened);
        }

        var native = await Requests.ReconstructAsync(shared.Server, request);
        Assert.NotNull(events[0].Accepted);
        Assert.Equal(native[^1].Result.Picture, events[^1].Result.Picture);
    }

    [Fact]
    public async Task Reconstruct_BadRequestOverGrpcWeb_HasItsDetails()
    {
        using var channel = Channel(GrpcWebMode.GrpcWeb);

        using var call = new V1.ReconstructionService.ReconstructionServiceClient(channel).Reconstruct(new V1.ReconstructRequest(), Requests.Call);
        var refusal = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));

        Assert.Equal(StatusCode.InvalidArgument, refusal.StatusCode);
        Assert.Equal("INVALID_REQUEST", refusal.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason);
    }

    [Theory]
    [InlineData(SharedServer.AllowedOrigin, true)]
    [InlineData("https://elsewhere.example", false)]
    public async Task Preflight_Origin_MayCallIfItIsConfigured(string origin, bool allowed)
    {
        using var http = HttpTwin.Client(shared.Server.Http);
        using var request = new HttpRequestMessage(HttpMethod.Options, "/flashdiffusion.v1.ReconstructionService/Reconstruct");
        request.Headers.Add("Origin", origin);
        request.Headers.Add("Access-Control-Request-Method", "POST");
        request.Headers.Add("Access-Control-Request-Headers", "content-type,x-grpc-web,grpc-timeout");

        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NoContent, response.StatusCode);
        Assert.Equal(allowed ? origin : null, response.Headers.TryGetValues("Access-Control-Allow-Origin", out var origins) ? origins.Single() : null);
    }

    [Fact]
    public async Task Answer_AllowedOrigin_MayReadTheStatus()
    {
        using var http = HttpTwin.Client(shared.Server.Http);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/models");
        request.Headers.Add("Origin", SharedServer.AllowedOrigin);

        using var response = await http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(SharedServer.AllowedOrigin, response.Headers.GetValues("Access-Control-Allow-Origin").Single());
        var readable = response.Headers.GetValues("Access-Control-Expose-Headers").SelectMany(names => names.Split(',', StringSplitOptions.TrimEntries));
        Assert.Superset(new HashSet<string> { "grpc-status-details-bin", "Retry-After", "WWW-Authenticate" }, readable.ToHashSet());
    }

    private GrpcChannel Channel(GrpcWebMode mode) => GrpcChannel.ForAddress(shared.Server.Http, new GrpcChannelOptions
    {
        HttpHandler = new GrpcWebHandler(mode, new HttpClientHandler()),
        HttpVersion = HttpVersion.Version11,
        MaxReceiveMessageSize = null,
    });
}
