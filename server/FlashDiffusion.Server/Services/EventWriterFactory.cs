using FlashDiffusion.Engine.Telemetry;
using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Hosting;
using FlashDiffusion.Server.Http;
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
        Create(begun, stream, context.GetHttpContext().LetGo, context.CancellationToken);

    /// <summary>For a stream that several reconstructions share.</summary>
    /// <param name="begun">The reconstruction.</param>
    /// <param name="stream">Where its events go.</param>
    /// <param name="abort">Ends the call of a client that does not read.</param>
    /// <param name="gone">Cancelled when nobody waits for this reconstruction any more.</param>
    public EventWriter Create(BegunReconstruction begun, IServerStreamWriter<V1.ReconstructResponse> stream, Action abort, CancellationToken gone) =>
        new(begun.Feed, begun.Mapped, stream, abort, gone)
        {
            Stall = TimeSpan.FromSeconds(options.Value.StallSeconds),
            Shutdown = shutdown.Forced,
            Time = time,
            Spans = telemetry.Source,
            Logger = logger,
            Stalling = telemetry.RecordStalled,
        };
}
