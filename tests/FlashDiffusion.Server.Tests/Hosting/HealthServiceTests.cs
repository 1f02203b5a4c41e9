using System.Collections;
using System.Reflection;
using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Hosting;
using FlashDiffusion.Server.Tests.Serving;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.HealthCheck;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Tests.Hosting;

public sealed class HealthServiceTests
{
    [Fact]
    public async Task Watch_WriteThrowsBeforeTheCallIsCancelled_LeavesNoWatcher()
    {
        using var drain = new DrainDelay(Options.Create(new ServerOptions()), TimeProvider.System);
        var health = new HealthService(drain);

        await Assert.ThrowsAsync<IOException>(() => health.Watch(new HealthCheckRequest { Service = "nobody's" }, new BrokenWriter(), new PlainCall()));

        // The framework shows them to nobody.
        var watchers = typeof(HealthServiceImpl).GetField("watchers", BindingFlags.Instance | BindingFlags.NonPublic)?.GetValue(health);
        Assert.Empty(Assert.IsType<IDictionary>(watchers, exactMatch: false));
    }

    private sealed class BrokenWriter : IServerStreamWriter<HealthCheckResponse>
    {
        public WriteOptions? WriteOptions { get; set; }

        public Task WriteAsync(HealthCheckResponse message) => throw new IOException("The connection is gone.");
    }
}
