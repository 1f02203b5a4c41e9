using System.Diagnostics;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Server.Answers;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Http;
using FlashDiffusion.Server.Requests;
using FlashDiffusion.Server.Retention;
using Grpc.Core;

namespace FlashDiffusion.Server.Services;

/// <summary>
/// The one writer of a call: takes events from the session and writes them in order, one at a time. The device never waits for it.
/// </summary>
/// <remarks>
/// No cancellation token is ever passed to a write: a cancelled one would reset the whole call. A client that is gone, and one that
/// stopped reading, leave the feed instead; its last event then ends the loop.
/// </remarks>
internal sealed class EventWriter(
    IReconstructionFeed feed,
    MappedReconstruction mapped,
    IServerStreamWriter<V1.ReconstructResponse> stream,
    Action abort,
    CancellationToken gone)
{
    /// <summary>Proxies cut streams that are silent for long; a progress event without pictures fills the silence.</summary>
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(5);

    private readonly EventMapper _events = new(mapped);
    private ulong _sequence;
    private V1.Progress? _newest;

    /// <summary>Time that one write may take.</summary>
    public required TimeSpan Stall { get; init; }

    /// <summary>Ends running calls when the server's grace is over.</summary>
    public required CancellationToken Shutdown { get; init; }

    public required TimeProvider Time { get; init; }

    public required ActivitySource Spans { get; init; }

    public required ILogger Logger { get; init; }

    /// <summary>Told when the client stopped reading.</summary>
    public Action? Stalling { get; init; }

    /// <summary>Writes until the last event.</summary>
    /// <returns>Why there is no result; null if there is one.</returns>
    public async Task<ServerError?> RunAsync()
    {
        await using var onGone = gone.UnsafeRegister(static state => ((IReconstructionFeed)state!).Leave(), feed);
        await using var onShutdown = Shutdown.UnsafeRegister(static state => ((IReconstructionFeed)state!).HandOff(), feed);
        try
        {
            return await WriteEventsAsync();
        }
        catch (Exception exception) when (gone.IsCancellationRequested && exception is InvalidOperationException or IOException or OperationCanceledException)
        {
            // The client went away during a write; nobody is left to tell.
            Log.ClientGone(Logger, feed.Id);
            return EngineErrors.Gone;
        }
        finally
        {
            // Whatever ended the loop, nothing may go on for nobody. After its last event this does nothing.
            feed.Leave();
        }
    }

    private async Task<ServerError?> WriteEventsAsync()
    {
        await using var events = feed.ReadEventsAsync(CancellationToken.None).GetAsyncEnumerator(CancellationToken.None);
        while (await NextAsync(events))
        {
            var written = events.Current switch
            {
                AcceptedEvent accepted => await WriteAcceptedAsync(accepted),
                ProgressEvent progress => await WriteProgressAsync(progress),
                ResultEvent result => await WriteResultAsync(result),
                FailedEvent { Checkpoint: { } checkpoint } => await WriteHandOffAsync(checkpoint),
                _ => true,
            };
            if (!written)
            {
                return EngineErrors.Stalled;
            }

            switch (events.Current)
            {
                case ResultEvent:
                    return null;
                case FailedEvent failed:
                    return Explain(failed.Failure);
            }
        }

        return new ServerError { Code = StatusCode.Internal, Reason = ErrorReasons.InternalFault, Message = "The reconstruction ended without a result." };
    }

    private async Task<bool> NextAsync(IAsyncEnumerator<SessionEvent> events)
    {
        var next = events.MoveNextAsync().AsTask();
        while (_newest is not null && !next.IsCompleted)
        {
            using var waited = new CancellationTokenSource();
            var silence = Task.Delay(Heartbeat, Time, waited.Token);
            if (await Task.WhenAny(next, silence) == silence)
            {
                await WriteAsync(new V1.ReconstructResponse { Progress = _newest.Clone() });
            }

            await waited.CancelAsync();
        }

        return await next;
    }

    private async Task<bool> WriteAcceptedAsync(AcceptedEvent accepted)
    {
        _newest = new V1.Progress { Step = accepted.ResumedAt ?? 0, TotalSteps = accepted.TotalSteps, Timestep = accepted.StartTimestep };
        return await WriteAsync(new V1.ReconstructResponse { Accepted = _events.Accepted(accepted) });
    }

    private async Task<bool> WriteProgressAsync(ProgressEvent progress)
    {
        var message = _events.Progress(progress);
        _newest = message.Clone();
        (_newest.Latent, _newest.Preview, _newest.Checkpoint) = (null, null, null);
        return await WriteAsync(new V1.ReconstructResponse { Progress = message });
    }

    /// <summary>What the grace could not finish goes on elsewhere from here, without losing a step.</summary>
    private async Task<bool> WriteHandOffAsync(Checkpoint checkpoint)
    {
        var message = _newest?.Clone() ?? new V1.Progress();
        message.Step = checkpoint.StepIndex;
        message.Checkpoint = mapped.Checkpoints?.Write(checkpoint);
        return await WriteAsync(new V1.ReconstructResponse { Progress = message });
    }

    private async Task<bool> WriteResultAsync(ResultEvent result)
    {
        using var span = Spans.StartActivity("write");
        return await WriteAsync(new V1.ReconstructResponse { Result = _events.Result(result) });
    }

    /// <summary>Writes one message; false if the client stopped reading, whose call is then aborted.</summary>
    private async Task<bool> WriteAsync(V1.ReconstructResponse message)
    {
        message.Sequence = _sequence++;
        var write = stream.WriteAsync(message);
        if (!await StallLimit.IsTakenAsync(write, Stall, Time))
        {
            Log.ClientStalled(Logger, feed.Id, Stall.TotalSeconds);
            Stalling?.Invoke();
            feed.Leave();
            abort();
            await write.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            return false;
        }

        await write;
        return true;
    }

    private ServerError Explain(Failure failure) =>
        failure.Outcome == SessionOutcome.Cancelled && Shutdown.IsCancellationRequested && !gone.IsCancellationRequested
            ? EngineErrors.ShuttingDown
            : EngineErrors.Of(failure);
}
