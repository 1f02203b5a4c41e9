using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using FlashDiffusion.Server.Tests.Serving;
using FlashDiffusion.Testing.Certificates;
using Google.Rpc;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Grpc.Net.Client.Web;

namespace FlashDiffusion.Server.Tests.Security;

/// <summary>Keys, against the whole server.</summary>
public sealed class AccessTests : IAsyncLifetime
{
    private readonly SecuredFolder _folder = new();
    private readonly string _alice = TestKey.New();
    private readonly string _bob = TestKey.New();
    private readonly string _ops = TestKey.New();
    private InProcessServer? _server;

    private InProcessServer Server => _server!;

    public async ValueTask InitializeAsync()
    {
        var keys = _folder.Write("keys", "# name, sha256, right\n\n" + TestKey.Line("alice", _alice) + TestKey.Line("bob", _bob) + TestKey.Line("ops", _ops, admin: true));
        _server = await InProcessServer.StartAsync(null, ("Access:KeysFile", keys), ("Tls:ReloadSeconds", "0.1"), ("Admin:Enabled", "true"), ("Server:Reflection", "true"));
    }

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Call_WithoutOrWithAWrongKey_IsUnauthenticatedAndSaysHow()
    {
        Assert.Equal("CREDENTIALS_MISSING", await ReasonAsync(InProcessServer.Call(), StatusCode.Unauthenticated));
        Assert.Equal("CREDENTIALS_INVALID", await ReasonAsync(InProcessServer.Call(TestKey.New()), StatusCode.Unauthenticated));
        Assert.Equal("CREDENTIALS_MISSING", await ReasonAsync(Header("authorization", $"Basic {_alice}"), StatusCode.Unauthenticated));
        Assert.Equal("CREDENTIALS_MISSING", await ReasonAsync(Header("authorization", "Bearer "), StatusCode.Unauthenticated));
        Assert.Equal("CREDENTIALS_MISSING", await ReasonAsync(Header("x-api-key", _alice), StatusCode.Unauthenticated));
        Assert.Equal("fake", (await Catalog().ListModelsAsync(new V1.ListModelsRequest(), InProcessServer.Call(_alice))).DefaultModel);
    }

    [Fact]
    public async Task Call_OverGrpcWeb_IsAskedToo()
    {
        using var channel = GrpcChannel.ForAddress(Server.Http, new GrpcChannelOptions { HttpHandler = new GrpcWebHandler(new HttpClientHandler()), HttpVersion = HttpVersion.Version11 });
        var catalog = new V1.CatalogService.CatalogServiceClient(channel);

        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await catalog.ListModelsAsync(new V1.ListModelsRequest(), InProcessServer.Call()));

        Assert.True(refusal.StatusCode == StatusCode.Unauthenticated, refusal.ToString());
        Assert.Equal("CREDENTIALS_MISSING", refusal.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason);
        Assert.Equal("fake", (await catalog.ListModelsAsync(new V1.ListModelsRequest(), InProcessServer.Call(_alice))).DefaultModel);
    }

    [Fact]
    public async Task Call_AsJson_IsAskedTooAndPagesAreNot()
    {
        using var http = new HttpClient { BaseAddress = Server.Http };

        using var refused = await http.GetAsync(new Uri("/v1/models", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.Equal("Bearer", refused.Headers.WwwAuthenticate.Single().Scheme);
        using var body = JsonDocument.Parse(await refused.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        Assert.Equal((16, "CREDENTIALS_MISSING"), (body.RootElement.GetProperty("code").GetInt32(), body.RootElement.GetProperty("details")[0].GetProperty("reason").GetString()));
        foreach (var page in new[] { "/", "/studio/app.js", "/studio/server.json", "/openapi.json", "/healthz/live", "/healthz/ready" })
        {
            Assert.True((await http.GetAsync(new Uri(page, UriKind.Relative), TestContext.Current.CancellationToken)).IsSuccessStatusCode, page);
        }

        using var description = JsonDocument.Parse(await http.GetStringAsync(new Uri("/openapi.json", UriKind.Relative), TestContext.Current.CancellationToken));
        var needed = Assert.Single(description.RootElement.GetProperty("security").EnumerateArray().ToList()).EnumerateObject().Single().Name;
        Assert.Equal("http", description.RootElement.GetProperty("components").GetProperty("securitySchemes").GetProperty(needed).GetProperty("type").GetString());
        http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", _alice);
        Assert.Contains("fake", await http.GetStringAsync(new Uri("/v1/models", UriKind.Relative), TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Call_WithALargeBody_IsRefusedBeforeItIsRead()
    {
        // More than may be sent at all: had it been read, it would be too large.
        var request = new V1.DegradeRequest { Picture = new V1.Picture { Encoded = Google.Protobuf.ByteString.CopyFrom(new byte[70 * 1024 * 1024]) } };
        using var channel = GrpcChannel.ForAddress(Server.Grpc, new GrpcChannelOptions { MaxSendMessageSize = null });
        var degrade = async () => await new V1.ReconstructionService.ReconstructionServiceClient(channel).DegradeAsync(request, InProcessServer.Call());
        using var http = new HttpClient { BaseAddress = Server.Http };
        using var body = new ByteArrayContent(new byte[8 * 1024 * 1024]);
        body.Headers.ContentType = new MediaTypeHeaderValue("application/json");

        Assert.Equal(StatusCode.Unauthenticated, await CodeAsync(degrade));
        using var refused = await http.PostAsync(new Uri("/v1/pictures:degrade", UriKind.Relative), body, TestContext.Current.CancellationToken);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Theory]
    [InlineData(4000, StatusCode.NotFound)]
    [InlineData(5000, StatusCode.ResourceExhausted)]
    public async Task Health_LongQuestion_IsRefusedBeforeItIsKept(int bytes, StatusCode code)
    {
        var (health, question) = (new Health.HealthClient(Server.Channel()), new HealthCheckRequest { Service = new string('x', bytes) });
        using var watch = health.Watch(question, InProcessServer.Call());

        Assert.Equal(code, await CodeAsync(async () => await health.CheckAsync(question, InProcessServer.Call())));
        var watched = await Record.ExceptionAsync(() => watch.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal(code == StatusCode.NotFound ? null : code, (watched as RpcException)?.StatusCode);
    }

    [Fact]
    public async Task Health_IsOpen()
    {
        var health = await new Health.HealthClient(Server.Channel()).CheckAsync(new HealthCheckRequest { Service = "readiness" }, InProcessServer.Call());
        var inference = new Inference.GRPCInferenceService.GRPCInferenceServiceClient(Server.Channel());

        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, health.Status);
        Assert.True((await inference.ServerLiveAsync(new Inference.ServerLiveRequest(), InProcessServer.Call())).Live);
        Assert.True((await inference.ServerReadyAsync(new Inference.ServerReadyRequest(), InProcessServer.Call())).Ready);
        var asked = await Assert.ThrowsAsync<RpcException>(async () => await inference.ServerMetadataAsync(new Inference.ServerMetadataRequest(), InProcessServer.Call()));
        Assert.Equal(StatusCode.Unauthenticated, asked.StatusCode);
    }

    [Fact]
    public async Task Admin_NeedsItsOwnRight()
    {
        var admin = new V1.AdminService.AdminServiceClient(Server.Channel(address: Server.Admin));
        var inference = new Inference.GRPCInferenceService.GRPCInferenceServiceClient(Server.Channel(address: Server.Admin));

        Assert.Equal(StatusCode.Unauthenticated, await CodeAsync(async () => await admin.DrainAsync(new V1.DrainRequest(), InProcessServer.Call())));
        Assert.Equal(StatusCode.PermissionDenied, await CodeAsync(async () => await admin.DrainAsync(new V1.DrainRequest(), InProcessServer.Call(_alice))));
        Assert.Equal(StatusCode.PermissionDenied, await CodeAsync(async () => await inference.RepositoryModelLoadAsync(new Inference.RepositoryModelLoadRequest(), InProcessServer.Call(_alice))));
        Assert.NotEqual(StatusCode.PermissionDenied, await CodeAsync(async () => await inference.RepositoryModelUnloadAsync(new Inference.RepositoryModelUnloadRequest { ModelName = "nobody" }, InProcessServer.Call(_ops))));
        Assert.False((await admin.GetStatisticsAsync(new V1.GetStatisticsRequest(), InProcessServer.Call(_ops))).Draining);
    }

    [Fact]
    public async Task RequestId_OfAnotherCaller_IsAnother()
    {
        var client = Server.Reconstruction();
        var request = InProcessServer.Short();
        request.RequestId = "one";
        var other = InProcessServer.Short();
        (other.RequestId, other.Seed) = ("one", 8);

        await InProcessServer.ResultAsync(client, request, InProcessServer.Call(_alice));
        // Another payload under the same id: ALREADY_EXISTS for the same caller, nothing to do with it for another.
        Assert.Equal(StatusCode.AlreadyExists, await CodeAsync(() => InProcessServer.ResultAsync(client, other, InProcessServer.Call(_alice))));
        Assert.Equal(StatusCode.NotFound, await CodeAsync(async () => await client.GetReconstructionAsync(new V1.GetReconstructionRequest { RequestId = "one" }, InProcessServer.Call(_bob))));
        Assert.Equal(StatusCode.NotFound, await CodeAsync(async () => await client.CancelReconstructionAsync(new V1.CancelReconstructionRequest { RequestId = "one" }, InProcessServer.Call(_bob))));
        await InProcessServer.ResultAsync(client, other, InProcessServer.Call(_bob));
        var kept = await client.GetReconstructionAsync(new V1.GetReconstructionRequest { RequestId = "one" }, InProcessServer.Call(_alice));

        Assert.Equal(7ul, kept.Accepted.Seed);
    }

    [Fact]
    public async Task Keys_Replaced_HoldWithoutARestart()
    {
        var next = TestKey.New();
        // First both keys of one caller, then only the new one: nobody is locked out in between.
        _folder.Write("keys", TestKey.Line("alice", _alice) + TestKey.Line("alice", next));
        await Eventually.IsAsync(async () => await CodeAsync(async () => await Catalog().ListModelsAsync(new V1.ListModelsRequest(), InProcessServer.Call(next))) is null);
        Assert.Null(await CodeAsync(async () => await Catalog().ListModelsAsync(new V1.ListModelsRequest(), InProcessServer.Call(_alice))));

        _folder.Write("keys", TestKey.Line("alice", next));
        await Eventually.IsAsync(async () => await CodeAsync(async () => await Catalog().ListModelsAsync(new V1.ListModelsRequest(), InProcessServer.Call(_alice))) == StatusCode.Unauthenticated);

        _folder.Write("keys", "alice is gone\n");
        await Eventually.IsAsync(() => Server.Logs.Text.Contains("can't be used", StringComparison.Ordinal));
        Assert.Null(await CodeAsync(async () => await Catalog().ListModelsAsync(new V1.ListModelsRequest(), InProcessServer.Call(next))));
    }

    [Fact]
    public async Task Logs_AtTheirFinest_HaveNoKey()
    {
        var wrong = TestKey.New();
        await CodeAsync(async () => await Catalog().ListModelsAsync(new V1.ListModelsRequest(), InProcessServer.Call(wrong)));
        await InProcessServer.ResultAsync(Server.Reconstruction(), InProcessServer.Short(), InProcessServer.Call(_alice));

        Assert.Contains("CREDENTIALS_INVALID", Server.Logs.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(wrong, Server.Logs.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(_alice, Server.Logs.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reflection_AndUnknownMethods_TellStrangersNothing()
    {
        using var call = new Grpc.Reflection.V1Alpha.ServerReflection.ServerReflectionClient(Server.Channel()).ServerReflectionInfo(InProcessServer.Call());
        Assert.Equal(StatusCode.Unauthenticated, await CodeAsync(async () => await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken)));
        var unknown = new Method<V1.ListModelsRequest, V1.ListModelsResponse>(
            MethodType.Unary, "nobody.Service", "Nothing", Marshallers.Create<V1.ListModelsRequest>(_ => [], _ => new()), Marshallers.Create<V1.ListModelsResponse>(_ => [], _ => new()));
        Assert.Equal(StatusCode.Unauthenticated, await CodeAsync(async () => await Server.Channel().CreateCallInvoker().AsyncUnaryCall(unknown, null, InProcessServer.Call(), new V1.ListModelsRequest())));
        Assert.Equal(StatusCode.Unimplemented, await CodeAsync(async () => await Server.Channel().CreateCallInvoker().AsyncUnaryCall(unknown, null, InProcessServer.Call(_alice), new V1.ListModelsRequest())));
    }

    private V1.CatalogService.CatalogServiceClient Catalog() => new(Server.Channel());

    private async Task<string> ReasonAsync(CallOptions options, StatusCode expected)
    {
        var refusal = await Assert.ThrowsAsync<RpcException>(async () => await Catalog().ListModelsAsync(new V1.ListModelsRequest(), options));
        Assert.Equal(expected, refusal.StatusCode);
        Assert.Contains(" ", refusal.Status.Detail, StringComparison.Ordinal);
        return refusal.GetRpcStatus()!.GetDetail<ErrorInfo>()!.Reason;
    }

    private static CallOptions Header(string name, string value) => InProcessServer.Call().WithHeaders(new Metadata { { name, value } });

    private static async Task<StatusCode?> CodeAsync(Func<Task> call)
    {
        try
        {
            await call();
            return null;
        }
        catch (RpcException refusal)
        {
            return refusal.StatusCode;
        }
    }
}
