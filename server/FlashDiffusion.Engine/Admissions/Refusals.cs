using System.Collections.Immutable;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Telemetry;

namespace FlashDiffusion.Engine.Admissions;

/// <summary>What is said to those of whom nothing is taken on; each time is counted.</summary>
/// <param name="options">How many places there are.</param>
/// <param name="ledger">Keeps places.</param>
/// <param name="queue">When the next place is free, and when all that waits is done; null where that is not known.</param>
/// <param name="telemetry">Where refusals are counted.</param>
internal sealed class Refusals(EngineOptions options, SessionLedger ledger, Func<(TimeSpan? NextFree, TimeSpan? All)> queue, FlashDiffusionTelemetry telemetry)
{
    private static readonly TimeSpan KeptLeast = TimeSpan.FromSeconds(5);

    public Rejection Draining() => Counted(new Rejection(RejectionReason.Draining, "The server takes no new work: it is starting up or shutting down."));

    public Rejection Invalid(ImmutableArray<FieldViolation> violations) =>
        Counted(new Rejection(RejectionReason.Invalid, $"The request has {violations.Length} violation(s): {violations[0].Description}") { Violations = violations });

    public Rejection WorkFull() => Counted(new Rejection(RejectionReason.WorkFull, $"All {options.MaximumWorkItems} places for short work are taken."));

    /// <summary>No place for a caller. Who has less than his share finds the next one kept for him if he comes again in time: when he was told to, or a while after.</summary>
    public Rejection NoPlace(CallerKey caller)
    {
        var (next, all) = queue();
        var refusal = Counted(new Rejection(RejectionReason.QueueFull, $"All {options.MaximumSessions} places are taken, or kept for callers that have fewer.") { RetryAfter = next, Eta = all });
        ledger.Keep(caller, KeptLeast + (2 * (refusal.RetryAfter ?? TimeSpan.Zero)));
        return refusal;
    }

    /// <summary>The refusal, counted.</summary>
    public Rejection Counted(Rejection rejection)
    {
        telemetry.RecordRejection(rejection.Reason);
        return rejection;
    }
}
