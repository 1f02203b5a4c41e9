namespace FlashDiffusion.Engine.Leases;

/// <summary>Lets go of something once, however often it is disposed of.</summary>
/// <param name="letGo">What that means.</param>
internal sealed class Lease(Action letGo) : IDisposable
{
    private int _gone;

    /// <summary>Several leases as one.</summary>
    public static Lease Of(IReadOnlyList<IDisposable> leases) => new(() =>
    {
        foreach (var lease in leases)
        {
            lease.Dispose();
        }
    });

    /// <inheritdoc/>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _gone, 1) == 0)
        {
            letGo();
        }
    }
}
