using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Telemetry;
using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Hosting;
using FlashDiffusion.Server.Http;
using FlashDiffusion.Server.Retention;
using Grpc.Core;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.OpenInference;

/// <summary>Makes one stream a call.</summary>
internal sealed class InferenceStreamFactory(
    InferenceRunner runner,
    ServingState state,
    ICallerIdentity callers,
    IOptions<EngineOptions> engine,
    IOptions<ServerOptions> server,
    TimeProvider time,
    FlashDiffusionTelemetry telemetry,
    ILogger<InferenceStream> logger)
{
    public InferenceStream Create(IServerStreamWriter<Inference.ModelStreamInferResponse> responses, ServerCallContext context) => new(runner, callers, responses, context.GetHttpContext().LetGo, context)
    {
        // All places of the engine, and as many again that are on their way in or out.
        MostAtOnce = 2 * engine.Value.MaximumSessions,
        Drained = state.Drained,
        Stall = TimeSpan.FromSeconds(server.Value.StallSeconds),
        Time = time,
        Logger = logger,
        Stalling = telemetry.RecordStalled,
        Refusing = () => telemetry.RecordRejection(RejectionReason.Invalid),
    };
}
