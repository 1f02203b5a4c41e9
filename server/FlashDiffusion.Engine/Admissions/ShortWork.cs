using FlashDiffusion.Engine.Leases;

namespace FlashDiffusion.Engine.Admissions;

/// <summary>Places of work that is bounded and no reconstruction: looks, degradations, loading. Safe to use from any thread.</summary>
/// <param name="capacity">How many there are.</param>
internal sealed class ShortWork(int capacity)
{
    private int _active;
    private long _begun;

    /// <summary>Work under way.</summary>
    public int Active => Volatile.Read(ref _active);

    /// <summary>Work that ever began.</summary>
    public long Begun => Interlocked.Read(ref _begun);

    /// <summary>Takes a place.</summary>
    /// <returns>Frees it; null if there is none.</returns>
    public IDisposable? TryEnter()
    {
        if (Interlocked.Increment(ref _active) > capacity)
        {
            Leave();
            return null;
        }

        Interlocked.Increment(ref _begun);
        return new Lease(Leave);
    }

    private void Leave() => Interlocked.Decrement(ref _active);
}
