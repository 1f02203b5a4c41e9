namespace FlashDiffusion.Engine.Tests.Hangs;

/// <summary>A place in foreign code where a device's thread stops, if a test says so, until the test lets it go on.</summary>
internal sealed class HangPoint : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly ManualResetEventSlim _release = new();
    private readonly SemaphoreSlim _entered = new(0);

    /// <summary>Stops the thread if it is a device's; a caller's own, which checks requests by the same code, goes on.</summary>
    /// <returns>Whether it did.</returns>
    public bool Pass(bool hangs)
    {
        if (!hangs || Thread.CurrentThread.Name?.StartsWith("device", StringComparison.Ordinal) != true)
        {
            return false;
        }

        _entered.Release();
        _release.Wait(Patience);
        return true;
    }

    /// <summary>Waits until a thread stands here.</summary>
    public async Task EnteredAsync() => Assert.True(await _entered.WaitAsync(Patience, TestContext.Current.CancellationToken), "Nothing hangs.");

    /// <summary>Lets it go on.</summary>
    public void Release() => _release.Set();

    public void Dispose()
    {
        _release.Set();
        _entered.Dispose();
    }
}
