using System.Globalization;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Server.Hosting;
using FlashDiffusion.Server.Requests;
using FlashDiffusion.Server.Retention;
using FlashDiffusion.Server.Security.Quotas;
using FlashDiffusion.Server.Tests.Requests;
using FlashDiffusion.Server.Tests.Security;
using FlashDiffusion.Server.Tests.Serving;
using Microsoft.Extensions.DependencyInjection;

namespace FlashDiffusion.Server.Tests.Retention;

/// <summary>What it costs to refuse a named request under overload: clients name all of theirs.</summary>
public sealed class NamedRefusalTests : IDisposable
{
    // Who authenticates nowhere.
    private const string Anybody = "";
    private readonly ManualResetEventSlim _hold = new();

    [Theory]
    [InlineData("crowded", "QUEUE_FULL")]
    [InlineData("unread", "QUEUE_FULL")]
    [InlineData("concurrent", "QUOTA_EXCEEDED")]
    [InlineData("rate", "QUOTA_EXCEEDED")]
    public async Task Begin_NoPlaceForIt_IsRefusedWithoutBeingHashed(string why, string reason)
    {
        var scene = new MapperScene { Called = (network, _) => Hold(network), Engine = new EngineOptions { MaximumSessions = 1 } };
        await using var server = await InProcessServer.StartAsync(scene, [.. Settings(why)]);
        var beginning = server.Services.GetRequiredService<ReconstructionBeginning>();
        await UseUpAsync(server, why);
        var (small, large) = (Named("small", 1), Named("large", 20_000));
        var context = server.Services.GetRequiredService<ServingState>().Context!;
        Refuse(small);

        var before = GC.GetAllocatedBytesForCurrentThread();
        Refuse(large);

        // A hash is of the sorted copy of all its parameters, some megabytes.
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
        Assert.Null(server.Services.GetRequiredService<RetainedRegister>().Find(new RequestKey(Anybody, "large")));
        _hold.Set();

        void Refuse(V1.ReconstructRequest request)
        {
            var refused = beginning.BeginAsync(request, Anybody, context, null, CancellationToken.None);
            Assert.True(refused.IsCompletedSuccessfully);
            Assert.Equal(reason, refused.Result.Error?.Reason);
        }
    }

    [Fact]
    public async Task Begin_TheNameIsAnothers_GivesItsPlacesBack()
    {
        await using var server = await InProcessServer.StartAsync(null, ("Quotas:Concurrent", "1"), ("Engine:MaximumSessions", "1"));
        var (client, places) = (server.Reconstruction(), server.Services.GetRequiredService<ReadingPlaces>());
        await InProcessServer.ResultAsync(client, Named("one", 0), InProcessServer.Call());
        foreach (var name in new[] { "one", "two" })
        {
            await Assert.ThrowsAsync<Grpc.Core.RpcException>(() => InProcessServer.ResultAsync(client, Named(name, 1), InProcessServer.Call()));
        }

        await Eventually.IsAsync(() => places.Left(Anybody).Reconstructions == 1);
        await InProcessServer.ResultAsync(client, Named("three", 0), InProcessServer.Call());
    }

    public void Dispose() => _hold.Dispose();

    private static IEnumerable<(string Key, string Value)> Settings(string why) => why switch
    {
        "unread" => [("Engine:MaximumSessions", "1")],
        "concurrent" => [("Quotas:Concurrent", "1")],
        "rate" => [("Quotas:RequestsPerSecond", "0.001"), ("Quotas:RequestBurst", "1")],
        _ => [],
    };

    private static async Task UseUpAsync(InProcessServer server, string why)
    {
        if (why == "crowded")
        {
            _ = server.Reconstruction().Reconstruct(InProcessServer.Short(), InProcessServer.Call());
            await Eventually.IsAsync(() => server.ActiveSessions == 1);
        }
        else if (why == "unread")
        {
            Assert.NotNull(server.Services.GetRequiredService<ReadingPlaces>().Reconstruct(Anybody).Value);
        }
        else
        {
            Assert.NotNull(server.Services.GetRequiredService<CallerQuotas>().Reconstruct(Anybody, 1).Value);
        }
    }

    private static V1.ReconstructRequest Named(string name, int parameters)
    {
        var request = InProcessServer.Short();
        request.RequestId = name;
        for (var i = 0; i < parameters; i++)
        {
            request.Operator.Parameters.Add(i.ToString(CultureInfo.InvariantCulture), new V1.ParameterValue { Number = i });
        }

        return request;
    }

    private void Hold(string network)
    {
        if (network == "Denoise")
        {
            _hold.Wait(TimeSpan.FromSeconds(60));
        }
    }
}
