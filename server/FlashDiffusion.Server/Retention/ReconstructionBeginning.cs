using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Telemetry;
using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Requests;
using FlashDiffusion.Server.Security.Quotas;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Retention;

/// <summary>Begins reconstructions, or joins the one that a request's name means.</summary>
internal sealed class ReconstructionBeginning(RequestMapper mapper, RetainedRegister register, IOptions<ResultOptions> options, ReadingPlaces reading, CallerQuotas quotas, FlashDiffusionTelemetry telemetry)
{
    /// <summary>What a call follows, and how its answers look; or why nothing comes of it.</summary>
    /// <param name="message">The request.</param>
    /// <param name="caller">Who calls.</param>
    /// <param name="context">What requests are served with; in a visit.</param>
    /// <param name="deadline">When the caller stops waiting; null for never.</param>
    /// <param name="gone">Cancelled when this caller waits no more: what has not been read by then is not, unless others follow it or it detaches.</param>
    public async Task<Mapped<BegunReconstruction>> BeginAsync(V1.ReconstructRequest message, string caller, ServingContext context, DateTimeOffset? deadline, CancellationToken gone)
    {
        if (RetentionReader.Read(message, options.Value, new RequestProblems()) is not { } retention)
        {
            // Without a name; if something is wrong with the name, the mapper says so together with everything else.
            return (await SubmitAsync(null, message, caller, context, deadline, gone)).TryGet(out var alone, out var refusal)
                ? Mapped<BegunReconstruction>.Of(new BegunReconstruction(new SessionFeed(alone.Session), alone.Mapped))
                : Mapped<BegunReconstruction>.Refused(refusal);
        }

        var key = new RequestKey(caller, retention.Id);
        Entrance? entrance = null;
        ServerError? error;
        if (register.Find(key) is { CanBeFollowed: true } known)
        {
            // Who joins what others follow, or what has its result, begins nothing, and costs a comparison and answers all the same. Who comes back to a stream that
            // broke has been counted, and what is begun, also anew after a failure, is counted when it is.
            if ((known.IsFollowed || known.Look().Final is ResultEvent) && quotas.Count(caller) is { } tooOften)
            {
                return Mapped<BegunReconstruction>.Refused(tooOften);
            }
        }
        else if (!Enter(message, caller, context).TryGet(out entrance, out error))
        {
            // Before it is hashed: under overload that would cost more than the refusal.
            return Mapped<BegunReconstruction>.Refused(error);
        }

        using var untilRead = entrance;
        if (!register.Take(key, RequestFingerprint.Of(message), retention).TryGet(out var claim, out error))
        {
            return Mapped<BegunReconstruction>.Refused(error);
        }

        await using var onGone = gone.UnsafeRegister(static state => ((Follower)state!).Leave(), claim.Follower);
        if (claim.IsNew)
        {
            // What detaches is not bound to the patience of its first caller.
            await BeginAsync(claim.Retained, entrance, message, context, retention.Detaches ? null : deadline);
        }
        else
        {
            // Somebody was quicker with the same.
            entrance?.Dispose();
        }

        return await claim.Retained.Begun is { } failed
            ? Mapped<BegunReconstruction>.Refused(failed)
            : Mapped<BegunReconstruction>.Of(new BegunReconstruction(claim.Follower, claim.Retained.Mapped!));
    }

    private async Task BeginAsync(RetainedReconstruction retained, Entrance? entrance, V1.ReconstructRequest message, ServingContext context, DateTimeOffset? deadline)
    {
        var refused = EngineErrors.Unexpected;
        try
        {
            if ((await SubmitAsync(entrance, message, retained.Key.Caller, context, deadline, retained.Abandoned)).TryGet(out var submitted, out var error))
            {
                retained.Begin(submitted.Session, submitted.Mapped);
                return;
            }

            refused = error;
        }
        finally
        {
            // Whatever happened, others may wait for the name.
            if (!retained.Begun.IsCompleted)
            {
                register.Forget(retained);
                retained.Refuse(refused);
            }
        }
    }

    /// <summary>Leave to begin, by what costs nothing to look at; or the refusal.</summary>
    private Mapped<Entrance> Enter(V1.ReconstructRequest message, string caller, ServingContext context)
    {
        if (context.Engine.Crowded(new CallerKey(caller)) is { } crowded)
        {
            return Mapped<Entrance>.Refused(EngineErrors.Of(crowded));
        }

        if (!reading.Reconstruct(caller).TryGet(out var place, out var error))
        {
            return Mapped<Entrance>.Refused(error);
        }

        if (!quotas.Reconstruct(caller, StepEstimate.Of(message)).TryGet(out var pass, out error))
        {
            place.Dispose();
            return Mapped<Entrance>.Refused(error);
        }

        return Mapped<Entrance>.Of(new Entrance(place, pass));
    }

    private async Task<Mapped<Submitted>> SubmitAsync(Entrance? entrance, V1.ReconstructRequest message, string caller, ServingContext context, DateTimeOffset? deadline, CancellationToken gone)
    {
        if (entrance is null && !Enter(message, caller, context).TryGet(out entrance, out var refused))
        {
            return Mapped<Submitted>.Refused(refused);
        }

        using var untilRead = entrance;
        var key = new CallerKey(caller);
        var answer = await context.Engine.AdmitAsync(() => gone.IsCancellationRequested ? Mapped<Submitted>.Refused(EngineErrors.Gone) : Submit(message, key, context, deadline, entrance.Pass), gone);
        if (answer.Value is not { } read)
        {
            return Mapped<Submitted>.Refused(EngineErrors.Of(answer.Failure!));
        }

        if (!read.TryGet(out var submitted, out var error))
        {
            return Mapped<Submitted>.Refused(error);
        }

        submitted.Session.Attach(entrance.HandOver());
        if (submitted.Mapped.Resumption is { } resumption)
        {
            telemetry.RecordResume(resumption.Exact);
        }

        return Mapped<Submitted>.Of(submitted);
    }

    private Mapped<Submitted> Submit(V1.ReconstructRequest message, CallerKey caller, ServingContext context, DateTimeOffset? deadline, QuotaPass pass)
    {
        if (!mapper.Map(message, context, deadline).Counted(telemetry).TryGet(out var mapped, out var error))
        {
            return Mapped<Submitted>.Refused(error);
        }

        var admission = context.Engine.Submit(mapped.Request with { Planned = pass.Take, Caller = caller }, context.Hold(mapped.Request));
        return admission.IsAccepted
            ? Mapped<Submitted>.Of(new Submitted(admission.Session, mapped))
            : Mapped<Submitted>.Refused(EngineErrors.Of(admission.Rejection));
    }
}
