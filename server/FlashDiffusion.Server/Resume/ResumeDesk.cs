using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Requests;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Resume;

/// <summary>Where reconstructions get their checkpoints sealed, and where they come back with one to go on.</summary>
internal sealed class ResumeDesk(TokenReader tokens, ResumeSeal seal, ComputeFingerprint fingerprint, IOptions<ResumeOptions> options, TimeProvider time)
{
    // What was once continued within a tolerance is never again what it would have been.
    private const string MixedMode = "mixed";

    /// <summary>Writes a request's checkpoints; null if it wants none.</summary>
    public CheckpointWriter? WriterFor(ReconstructionRequest request) =>
        request.Progress.CheckpointEverySteps > 0 ? Writer(TokenFactsOf.Request(request, fingerprint.Of(request)), TokenTimeLimits.Begun(request.TimeLimit)) : null;

    /// <summary>Opens the token of a request and pins the request to it.</summary>
    public Mapped<PinnedReconstruction> Open(V1.ReconstructRequest message, ServingContext context) =>
        tokens.Read(message.ResumeFrom).TryGet(out var opened, out var error) && TokenPin.Apply(message, opened.Token.Facts, context).TryGet(out var pinned, out error)
            ? Mapped<PinnedReconstruction>.Of(new PinnedReconstruction(pinned, opened))
            : Mapped<PinnedReconstruction>.Refused(error!);

    /// <summary>Lets a mapped request go on from its state, if it is the one that the token was made for and this server can.</summary>
    public Mapped<MappedReconstruction> Continue(MappedReconstruction mapped, OpenedToken opened, bool requireExact)
    {
        var first = opened.Token.Facts;
        var limit = TokenTimeLimits.GoingOn(mapped.Request.TimeLimit, opened.Token);
        var request = mapped.Request with { Resume = TokenMapper.Checkpoint(opened.Token, opened.State), TimeLimit = TokenTimeLimits.Left(limit, opened.Token) };
        if (TokenFactsOf.ParentOf(first.Traceparent) is var parent && parent != default)
        {
            request = request with { Parent = parent };
        }

        var facts = TokenFactsOf.Request(request, fingerprint.Of(request));
        if (FactsComparison.Differences(first, facts) is { IsEmpty: false } differences)
        {
            return Mapped<MappedReconstruction>.Refused(ResumeErrors.Mismatch(differences));
        }

        if (facts.Operator?.Version != first.Operator?.Version)
        {
            return Mapped<MappedReconstruction>.Refused(ResumeErrors.Unfit(
                ErrorReasons.ResumeUnfit, "operator", $"The reconstruction began with version {first.Operator!.Version} of the operator '{first.Operator.Name}'; this server has {facts.Operator!.Version}."));
        }

        if (!facts.ScheduleHash.Equals(first.ScheduleHash) || !ResumeChecker.Fits(request))
        {
            return Mapped<MappedReconstruction>.Refused(ResumeErrors.Unfit(ErrorReasons.ResumeUnfit, "plan", "This server would take other steps than the one with which the reconstruction began."));
        }

        var own = facts.Compute;
        var exact = ComputeFingerprint.Continues(own, first.Compute);
        if (!exact && requireExact)
        {
            return Mapped<MappedReconstruction>.Refused(ResumeErrors.Unfit(ErrorReasons.ResumeNotExact, "require_exact", $"This server can't go on to the same last bit: {ComputeFingerprint.Difference(own, first.Compute)}."));
        }

        if (!exact)
        {
            facts.Compute = new TokenCompute(facts.Compute) { Mode = MixedMode };
        }

        return Mapped<MappedReconstruction>.Of(mapped with
        {
            Request = request,
            Checkpoints = request.Progress.CheckpointEverySteps > 0 ? Writer(facts, limit) : null,
            Resumption = new V1.Resumption { Step = opened.State.StepIndex, Exact = exact },
            Notices = exact ? mapped.Notices : mapped.Notices.Add(new Notice(
                ErrorReasons.ResumeNotExact,
                $"The result will equal the uninterrupted one within the tolerance of fast mode, not to the last bit: {ComputeFingerprint.Difference(own, first.Compute)}.")),
        });
    }

    private CheckpointWriter Writer(TokenFacts facts, TokenTimeLimit? limit) => new(seal, facts, limit, TimeSpan.FromSeconds(options.Value.TokenLifetimeSeconds), time);
}
