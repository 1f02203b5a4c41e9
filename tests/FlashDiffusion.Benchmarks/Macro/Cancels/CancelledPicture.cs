using System.Diagnostics;
using FlashDiffusion.Benchmarks.Macro.Work;
using FlashDiffusion.Client;
using Grpc.Core;

namespace FlashDiffusion.Benchmarks.Macro.Cancels;

/// <summary>A picture whose caller thinks better of it while it is under way, and waits until its place is free.</summary>
/// <param name="client">The server.</param>
/// <param name="picture">The picture; every step must show.</param>
internal sealed class CancelledPicture(FlashClient client, Assignment picture)
{
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);

    private readonly string _id = Guid.NewGuid().ToString();
    private readonly TaskCompletionSource _underWay = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile int _seen;
    private long _sawAt;

    /// <summary>Steps that were done when the server learned of it and those after, of which no client is told: 1 at most, the one under way. Null where the stream was closed, and so says nothing.</summary>
    public int? StepsAfter { get; private set; }

    /// <summary>Runs it.</summary>
    /// <param name="way">How it is cancelled.</param>
    /// <param name="steps">Steps after which it is.</param>
    /// <param name="phase">Part of a step after the last of these, 0 to 1.</param>
    /// <param name="cancellation">Ends the measurement.</param>
    /// <returns>Seconds from the cancellation to the answer that the place is free.</returns>
    /// <exception cref="InvalidOperationException">It ended otherwise.</exception>
    public async Task<double> RunAsync(CancelWay way, int steps, double phase, CancellationToken cancellation)
    {
        using var stream = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var reading = ReadAsync(steps, stream.Token);
        await await Task.WhenAny(_underWay.Task, reading);
        await Task.Delay(TimeSpan.FromSeconds(phase * Stopwatch.GetElapsedTime(_sawAt).TotalSeconds / steps), cancellation);
        var seconds = way == CancelWay.Call ? await CallAsync(cancellation) : await CloseAsync(stream, cancellation);
        await reading;
        var end = await client.GetReconstructionAsync(new V1.GetReconstructionRequest { RequestId = _id }, cancellation);
        if (end.State != V1.ReconstructionState.Cancelled)
        {
            throw new InvalidOperationException($"It should be cancelled and is {end.State}: {end.Failure?.Message}");
        }

        // A step that ends after the cancellation shows nothing, and what showed before arrives: the last that was seen is where it stood.
        StepsAfter = way == CancelWay.Call ? end.Failure.Step - _seen : null;
        return seconds;
    }

    private async Task<double> CallAsync(CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        await client.CancelReconstructionAsync(_id, cancellation);
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private async Task<double> CloseAsync(CancellationTokenSource stream, CancellationToken cancellation)
    {
        var over = client.GetReconstructionAsync(new V1.GetReconstructionRequest { RequestId = _id, Wait = Google.Protobuf.WellKnownTypes.Duration.FromTimeSpan(Longest) }, cancellation);
        var began = Stopwatch.GetTimestamp();
        await stream.CancelAsync();
        await over;
        return Stopwatch.GetElapsedTime(began).TotalSeconds;
    }

    private async Task ReadAsync(int steps, CancellationToken stream)
    {
        try
        {
            await foreach (var happened in client.FollowAsync(picture.With(request => request.RequestId = _id).Request, stream))
            {
                switch (happened)
                {
                    case ReconstructionAccepted:
                        _sawAt = Stopwatch.GetTimestamp();
                        break;
                    case ReconstructionProgress { Progress.Step: var step }:
                        _seen = step;
                        if (step >= steps)
                        {
                            _underWay.TrySetResult();
                        }

                        break;
                }
            }
        }
        catch (Exception exception) when (stream.IsCancellationRequested || exception is FlashException { Code: StatusCode.Cancelled })
        {
            // That is what it was for.
        }
    }
}
