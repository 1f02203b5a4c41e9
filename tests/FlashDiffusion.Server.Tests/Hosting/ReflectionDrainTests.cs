using FlashDiffusion.Server.Hosting;
using FlashDiffusion.Server.Tests.Serving;
using Grpc.Core;
using Grpc.Reflection.V1;
using Microsoft.Extensions.DependencyInjection;
using Alpha = Grpc.Reflection.V1Alpha;

namespace FlashDiffusion.Server.Tests.Hosting;

/// <summary>Tools keep a stream of reflection as long as they run.</summary>
public sealed class ReflectionDrainTests
{
    [Fact]
    public async Task Stream_OfAToolThatAsksNothingMore_EndsWhenThePortsAreAboutToClose()
    {
        await using var server = await InProcessServer.StartAsync(null, ("Server:Reflection", "true"));
        using var call = new ServerReflection.ServerReflectionClient(server.Channel()).ServerReflectionInfo(InProcessServer.Call());
        using var older = new Alpha.ServerReflection.ServerReflectionClient(server.Channel()).ServerReflectionInfo(InProcessServer.Call());
        await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" }, TestContext.Current.CancellationToken);
        await older.RequestStream.WriteAsync(new Alpha.ServerReflectionRequest { ListServices = "" }, TestContext.Current.CancellationToken);
        Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.True(await older.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Contains(call.ResponseStream.Current.ListServicesResponse.Service, service => service.Name == "flashdiffusion.v1.ReconstructionService");

        await server.Services.GetRequiredService<DrainDelay>().StoppingAsync(TestContext.Current.CancellationToken);

        var ended = await Assert.ThrowsAsync<RpcException>(() => call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        var endedToo = await Assert.ThrowsAsync<RpcException>(() => older.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
        Assert.Equal((StatusCode.Unavailable, StatusCode.Unavailable), (ended.StatusCode, endedToo.StatusCode));
    }
}
