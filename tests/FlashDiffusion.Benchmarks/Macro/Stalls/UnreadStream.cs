using FlashDiffusion.Benchmarks.Macro.Work;
using FlashDiffusion.Client;

namespace FlashDiffusion.Benchmarks.Macro.Stalls;

/// <summary>A stream whose client takes the first event and then nothing, until it is told to. What HTTP/2 lets the server send meanwhile is a message or two of <see cref="Watch"/>.</summary>
internal sealed class UnreadStream : IAsyncDisposable
{
    private readonly IAsyncEnumerator<ReconstructionEvent> _events;

    private UnreadStream(IAsyncEnumerator<ReconstructionEvent> events) => _events = events;

    /// <summary>Events replaced by newer ones, as the newest that was read says.</summary>
    public long Skipped { get; private set; }

    /// <summary>The same picture with everything that there is to watch, after every step: latent, preview as numbers (48 KiB at 64x64), checkpoint.</summary>
    public static Assignment Watch(Assignment picture) => picture.With(request => request.Progress = new V1.ProgressOptions
    {
        EverySteps = 1, IncludeLatent = true, Preview = V1.PreviewKind.Cheap, PreviewFormat = V1.PictureFormat.Tensor, CheckpointEverySteps = 1,
    });

    /// <summary>Sends a request, and takes the first event.</summary>
    public static async Task<UnreadStream> BeginAsync(FlashClient client, Assignment picture, CancellationToken cancellation)
    {
        var events = client.FollowAsync(picture.Request, cancellation).GetAsyncEnumerator(cancellation);
        var stream = new UnreadStream(events);
        if (await events.MoveNextAsync() && events.Current is ReconstructionAccepted)
        {
            return stream;
        }

        await stream.DisposeAsync();
        throw new InvalidOperationException("The stream did not begin with what will be done.");
    }

    /// <summary>Reads on to the end.</summary>
    /// <exception cref="InvalidOperationException">There is no result at the end: what nobody may ever lose was lost.</exception>
    public async Task ReadOnAsync()
    {
        while (await _events.MoveNextAsync())
        {
            switch (_events.Current)
            {
                case ReconstructionProgress { Progress.Skipped: var skipped }:
                    Skipped = skipped;
                    break;
                case ReconstructionCompleted:
                    return;
            }
        }

        throw new InvalidOperationException("The stream ended without a result.");
    }

    public ValueTask DisposeAsync() => _events.DisposeAsync();
}
