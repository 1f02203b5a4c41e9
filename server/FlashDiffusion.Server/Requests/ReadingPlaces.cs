using System.Threading.RateLimiting;
using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Telemetry;
using FlashDiffusion.Server.Errors;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Requests;

/// <summary>
/// Bounds how many requests of one caller wait to be read: threads that read are few, and a message that waits for one is there as a whole. No more
/// than there are places behind, so that it bounds nobody who would be taken on. Safe to use from any thread.
/// </summary>
internal sealed class ReadingPlaces(IOptions<EngineOptions> options, FlashDiffusionTelemetry telemetry) : IDisposable
{
    private readonly PartitionedRateLimiter<string> _reconstructions = Bounded(options.Value.MaximumSessions);
    private readonly PartitionedRateLimiter<string> _work = Bounded(options.Value.MaximumWorkItems);

    /// <summary>A place for a reconstruction until it has been read; or the refusal.</summary>
    /// <param name="caller">Who calls.</param>
    public Mapped<RateLimitLease> Reconstruct(string caller) => Enter(_reconstructions, caller, RejectionReason.QueueFull, options.Value.MaximumSessions);

    /// <summary>The same for an estimate or a degradation.</summary>
    /// <param name="caller">Who calls.</param>
    public Mapped<RateLimitLease> Work(string caller) => Enter(_work, caller, RejectionReason.WorkFull, options.Value.MaximumWorkItems);

    /// <summary>How many places a caller has left.</summary>
    /// <param name="caller">Who calls.</param>
    public (long Reconstructions, long Work) Left(string caller) => (Left(_reconstructions, caller), Left(_work, caller));

    public void Dispose()
    {
        _reconstructions.Dispose();
        _work.Dispose();
    }

    private Mapped<RateLimitLease> Enter(PartitionedRateLimiter<string> places, string caller, RejectionReason reason, int most)
    {
        var place = places.AttemptAcquire(caller);
        if (place.IsAcquired)
        {
            return Mapped<RateLimitLease>.Of(place);
        }

        place.Dispose();
        telemetry.RecordRejection(reason);
        return Mapped<RateLimitLease>.Refused(EngineErrors.Of(new Rejection(reason, $"{most} requests of this caller wait to be read already, which is as many as may.")));
    }

    private static long Left(PartitionedRateLimiter<string> places, string caller) => places.GetStatistics(caller)!.CurrentAvailablePermits;

    private static PartitionedRateLimiter<string> Bounded(int most) => PartitionedRateLimiter.Create<string, string>(caller =>
        RateLimitPartition.GetConcurrencyLimiter(caller, _ => new ConcurrencyLimiterOptions { PermitLimit = most }));
}
