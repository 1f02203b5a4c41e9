using System.Diagnostics.CodeAnalysis;

namespace FlashDiffusion.Engine.Leases;

/// <summary>
/// Counts who uses something that may be taken out of service while it is used, and frees it when it is out of service and the last one
/// has let go. Safe to use from any thread.
/// </summary>
/// <param name="free">Frees it; called once, on the thread that let go last, and never waited for there.</param>
internal sealed class SharedLifetime(Func<Task> free)
{
    private readonly TaskCompletionSource _freed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _holders = 1;
    private int _retired;

    /// <summary>Completes when it has been freed.</summary>
    public Task Freed => _freed.Task;

    /// <summary>Leases that are out.</summary>
    public int Leases => Math.Max(0, Volatile.Read(ref _holders) - (Volatile.Read(ref _retired) == 0 ? 1 : 0));

    /// <summary>Keeps it until the lease is disposed of.</summary>
    /// <param name="lease">The lease.</param>
    /// <returns>False if it is being freed, or has been.</returns>
    public bool TryHold([NotNullWhen(true)] out IDisposable? lease)
    {
        lease = null;
        for (var holders = Volatile.Read(ref _holders); holders > 0;)
        {
            var seen = Interlocked.CompareExchange(ref _holders, holders + 1, holders);
            if (seen == holders)
            {
                lease = new Lease(LetGo);
                return true;
            }

            holders = seen;
        }

        return false;
    }

    /// <summary>Takes it out of service: it is freed once nobody holds it. A second call changes nothing.</summary>
    public void Retire()
    {
        if (Interlocked.Exchange(ref _retired, 1) == 0)
        {
            LetGo();
        }
    }

    private void LetGo()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            _ = FreeAsync();
        }
    }

    private async Task FreeAsync()
    {
        try
        {
            await free();
        }
        finally
        {
            _freed.TrySetResult();
        }
    }
}
