namespace FlashDiffusion.Server.Tests.Http;

/// <summary>A body of which a test takes one write after another.</summary>
internal sealed class SlowBody : MemoryStream
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly SemaphoreSlim _offered = new(0);
    private readonly SemaphoreSlim _takes = new(0);
    private bool _aborted;

    /// <summary>Bytes that were taken.</summary>
    public int Taken { get; private set; }

    public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
    {
        _offered.Release();
        await _takes.WaitAsync(cancellationToken);
        Taken += _aborted ? 0 : buffer.Length;
    }

    /// <summary>Waits for a write, which follows when the one before it is done.</summary>
    public async Task OfferedAsync() => Assert.True(await _offered.WaitAsync(Patience, TestContext.Current.CancellationToken));

    public void Take() => _takes.Release();

    public void Abort()
    {
        _aborted = true;
        _takes.Release();
    }

    protected override void Dispose(bool disposing)
    {
        _offered.Dispose();
        _takes.Dispose();
        base.Dispose(disposing);
    }
}
