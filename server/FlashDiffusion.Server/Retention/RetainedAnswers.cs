using System.Globalization;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Requests;
using FlashDiffusion.Server.Security.Quotas;
using Google.Protobuf.WellKnownTypes;
using Grpc.Core;

namespace FlashDiffusion.Server.Retention;

/// <summary>Answers questions about retained reconstructions.</summary>
internal sealed class RetainedAnswers(RetainedRegister register, CallerQuotas quotas, TimeProvider time)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(60);

    /// <summary>Where a reconstruction stands, after a wait for its end if the question asks for one.</summary>
    public async Task<Mapped<V1.GetReconstructionResponse>> GetAsync(V1.GetReconstructionRequest question, string caller, CancellationToken cancellation)
    {
        var problems = new RequestProblems();
        var wait = WaitReader.Read(question.Wait, LongestWait, problems);
        if (!System.Enum.IsDefined(question.Format))
        {
            problems.Add("format", $"There is no picture format {(int)question.Format}.");
        }

        if (!Find(question.RequestId, caller, problems).TryGet(out var retained, out var error))
        {
            return Mapped<V1.GetReconstructionResponse>.Refused(error);
        }

        await WaitAsync(retained, wait, cancellation);
        return await DescribeAsync(retained, question.Format);
    }

    /// <summary>Ends a reconstruction and waits for its end, at most one step.</summary>
    public async Task<Mapped<V1.CancelReconstructionResponse>> CancelAsync(V1.CancelReconstructionRequest question, string caller, CancellationToken cancellation)
    {
        if (!Find(question.RequestId, caller, new RequestProblems()).TryGet(out var retained, out var error))
        {
            return Mapped<V1.CancelReconstructionResponse>.Refused(error);
        }

        retained.Cancel();
        await WaitAsync(retained, LongestWait, cancellation);
        return Mapped<V1.CancelReconstructionResponse>.Of(new V1.CancelReconstructionResponse { State = StateOf(retained.Look().Final) });
    }

    private Mapped<RetainedReconstruction> Find(string id, string caller, RequestProblems problems)
    {
        if (!RetentionReader.IsId(id))
        {
            problems.Add("request_id", "It must be 1 to 128 printable ASCII characters.");
        }

        if (problems.Any)
        {
            return Mapped<RetainedReconstruction>.Refused(problems.ToError());
        }

        return register.Find(new RequestKey(caller, id)) is { } retained ? Mapped<RetainedReconstruction>.Of(retained) : Mapped<RetainedReconstruction>.Refused(new ServerError
        {
            Code = StatusCode.NotFound,
            Reason = ErrorReasons.UnknownRequestId,
            Message = "There is no reconstruction of that request_id on this server: it was never sent here, or has been forgotten.",
            Missing = [new MissingResource("reconstruction", id, "Unknown to this server, or forgotten.")],
        });
    }

    private async Task WaitAsync(RetainedReconstruction retained, TimeSpan wait, CancellationToken cancellation)
    {
        if (wait > TimeSpan.Zero && !retained.Ended.IsCompleted)
        {
            await retained.Ended.WaitAsync(wait, time, cancellation).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            cancellation.ThrowIfCancellationRequested();
        }
    }

    private async Task<Mapped<V1.GetReconstructionResponse>> DescribeAsync(RetainedReconstruction retained, V1.PictureFormat wanted)
    {
        var (accepted, progress, final) = retained.Look();
        var response = new V1.GetReconstructionResponse
        {
            RequestId = retained.Key.Id,
            State = StateOf(final),
            ExpireTime = retained.Expires is { } expires ? Timestamp.FromDateTimeOffset(expires) : null,
            Failure = final is FailedEvent failed ? Explain(failed.Failure) : null,
        };
        if (retained.Mapped is not { } mapped)
        {
            return Mapped<V1.GetReconstructionResponse>.Of(response);
        }

        // The first fetch was paid for by the request, and those that are alike cost nothing; who wants it otherwise each time makes work each time.
        var (result, format, answers) = (final as ResultEvent, wanted == V1.PictureFormat.Unspecified ? mapped.Format.ResultFormat : wanted, retained.Answers);
        if (result is not null && answers.MustEncodeAgain(result, format) && quotas.Count(retained.Key.Caller) is { } tooOften)
        {
            return Mapped<V1.GetReconstructionResponse>.Refused(tooOften);
        }

        response.Accepted = accepted is null ? null : await answers.WriteAsync(accepted, mapped);
        response.Progress = progress is null ? null : await answers.WriteAsync(progress, mapped);
        response.Result = result is null ? null : await answers.WriteAsync(result, mapped, format);

        // It may have gone on or ended meanwhile.
        var (acceptedNow, progressNow, _) = retained.Look();
        answers.Keep(acceptedNow, progressNow);
        register.Weigh(retained);
        return Mapped<V1.GetReconstructionResponse>.Of(response);
    }

    private static V1.ReconstructionState StateOf(SessionEvent? final) => final switch
    {
        null => V1.ReconstructionState.Running,
        ResultEvent => V1.ReconstructionState.Completed,
        FailedEvent { Failure.Outcome: SessionOutcome.Cancelled } => V1.ReconstructionState.Cancelled,
        _ => V1.ReconstructionState.Failed,
    };

    private static V1.ReconstructionFailure Explain(Failure failure)
    {
        var error = EngineErrors.Of(failure);
        return new V1.ReconstructionFailure
        {
            Code = (int)error.Code,
            Reason = error.Reason,
            Message = error.Message,
            Step = error.Metadata.TryGetValue("step", out var step) ? int.Parse(step, CultureInfo.InvariantCulture) : 0,
        };
    }
}
