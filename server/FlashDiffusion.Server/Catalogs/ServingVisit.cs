namespace FlashDiffusion.Server.Catalogs;

/// <summary>A snapshot of what requests are served with, all of it in service until the visit is disposed of.</summary>
/// <param name="context">The snapshot.</param>
/// <param name="lease">Keeps it.</param>
internal sealed class ServingVisit(ServingContext context, IDisposable lease) : IDisposable
{
    /// <summary>The snapshot.</summary>
    public ServingContext Context { get; } = context;

    public void Dispose() => lease.Dispose();
}
