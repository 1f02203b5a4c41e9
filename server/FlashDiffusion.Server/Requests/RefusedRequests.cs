using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Engine.Telemetry;
using Grpc.AspNetCore.Server;

namespace FlashDiffusion.Server.Requests;

/// <summary>Counts requests that can't be run as they are: most never come to the engine, which counts what it refuses itself.</summary>
internal static class RefusedRequests
{
    /// <summary>Methods that ask for work; the others only ask.</summary>
    private static readonly HashSet<string> Work =
    [
        $"/{V1.ReconstructionService.Descriptor.FullName}/{nameof(V1.ReconstructionService.ReconstructionServiceBase.Reconstruct)}",
        $"/{V1.ReconstructionService.Descriptor.FullName}/{nameof(V1.ReconstructionService.ReconstructionServiceBase.EstimateSeverity)}",
        $"/{V1.ReconstructionService.Descriptor.FullName}/{nameof(V1.ReconstructionService.ReconstructionServiceBase.Degrade)}",
        $"/{Inference.GRPCInferenceService.Descriptor.FullName}/{nameof(Inference.GRPCInferenceService.GRPCInferenceServiceBase.ModelInfer)}",
    ];

    /// <summary>Counts what could not be read, over gRPC or JSON, if its method asks for work.</summary>
    public static void CountUnreadable(HttpContext context)
    {
        if (context.GetEndpoint()?.Metadata.GetMetadata<GrpcMethodMetadata>() is { } method && Work.Contains(method.Method.FullName))
        {
            context.RequestServices.GetRequiredService<FlashDiffusionTelemetry>().RecordRejection(RejectionReason.Invalid);
        }
    }

    /// <summary>Counts a request if it was refused.</summary>
    public static Mapped<T> Counted<T>(this Mapped<T> mapped, FlashDiffusionTelemetry telemetry)
        where T : class
    {
        if (!mapped.TryGet(out _, out _))
        {
            telemetry.RecordRejection(RejectionReason.Invalid);
        }

        return mapped;
    }
}
