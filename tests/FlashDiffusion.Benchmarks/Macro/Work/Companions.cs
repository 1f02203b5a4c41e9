using FlashDiffusion.Client;

namespace FlashDiffusion.Benchmarks.Macro.Work;

/// <summary>Callers who keep a server busy, each with the same picture again and again, until they are let go; what runs then is cancelled.</summary>
internal sealed class Companions : IAsyncDisposable
{
    private readonly CancellationTokenSource _end;
    private readonly Task _all;

    private Companions(FlashClient client, IReadOnlyList<Assignment> pictures, TaskCompletionSource[] begun, CancellationToken cancellation)
    {
        _end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        _all = Task.WhenAll(pictures.Select((picture, i) => LoopAsync(client, picture, begun[i], _end.Token)));
    }

    /// <summary>Begins, and waits until each was told what will be done for it.</summary>
    /// <param name="client">The server.</param>
    /// <param name="pictures">A picture for each.</param>
    /// <param name="cancellation">Ends it.</param>
    public static async Task<Companions> BeginAsync(FlashClient client, IReadOnlyList<Assignment> pictures, CancellationToken cancellation)
    {
        TaskCompletionSource[] begun = [.. pictures.Select(_ => new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously))];
        var companions = new Companions(client, pictures, begun, cancellation);
        await Task.WhenAll(begun.Select(one => one.Task));
        return companions;
    }

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        await _all;
        _end.Dispose();
    }

    private static async Task LoopAsync(FlashClient client, Assignment picture, TaskCompletionSource begun, CancellationToken end)
    {
        try
        {
            while (true)
            {
                await Caller.RunAsync(client, picture, end, _ => begun.TrySetResult());
            }
        }
        catch (Exception exception)
        {
            begun.TrySetException(exception);
            if (!end.IsCancellationRequested)
            {
                throw;
            }
        }
    }
}
