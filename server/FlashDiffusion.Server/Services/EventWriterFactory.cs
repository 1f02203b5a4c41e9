using FlashDiffusion.Engine.Telemetry;
using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Hosting;
using FlashDiffusion.Server.Retention;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Services;

/// <summary>Makes one writer a call.</summary>
internal sealed class EventWriterFactory(
    IOptions<ServerOptions> options, Shutdown shutdown, TimeProvider time, FlashDiffusionTelemetry telemetry, ILogger<EventWriter> logger)
{
    public EventWriter Create(
        BegunReconstruction begun, IServerStreamWriter<V1.ReconstructResponse> stream, ServerCallContext context) =>
        new(begun.Feed, begun.Mapped, stream, context.GetHttpContext().Abort, context.CancellationToken)
        {
            Stall = TimeSpan.FromSeconds(options.Value.StallSeconds),
            Shutdown = shutdown.Forced,
            Time = time,
            Spans = telemetry.Source,
            Logger = logger,
        };
}
