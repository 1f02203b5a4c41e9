namespace FlashDiffusion.Engine.Tests.Hangs;

/// <summary>A place in foreign code where a device's thread stops, if a test says so, until the test lets it go on.</summary>
internal sealed class HangPoint : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly ManualResetEventSlim _release = new();
    private readonly SemaphoreSlim _entered = new(0);

    /// <summary>Stops the thread if it is a device's, or of another name that begins as given: the same code is called where requests are checked.</summary>
    /// <param name="hangs">Whether to.</param>
    /// <param name="threads">Beginning of the names of the threads that are meant.</param>
    /// <returns>Whether it did.</returns>
    public bool Pass(bool hangs, string threads = "device")
    {
        if (!hangs || Thread.CurrentThread.Name?.StartsWith(threads, StringComparison.Ordinal) != true)
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
