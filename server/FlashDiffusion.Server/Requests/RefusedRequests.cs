using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Engine.Telemetry;

namespace FlashDiffusion.Server.Requests;

/// <summary>Counts requests that can't be run as they are: most never come to the engine, which counts what it refuses itself.</summary>
internal static class RefusedRequests
{
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
