namespace FlashDiffusion.Server.Http;

/// <summary>How long a client may take nothing of what is written to it.</summary>
internal static class StallLimit
{
    /// <summary>Waits for a write, but not for longer than that.</summary>
    /// <param name="write">The write.</param>
    /// <param name="stall">The time.</param>
    /// <param name="time">Clock.</param>
    /// <returns>Whether it is over, well or not; else the client has stopped reading.</returns>
    public static async Task<bool> IsTakenAsync(Task write, TimeSpan stall, TimeProvider time)
    {
        if (write.IsCompleted)
        {
            return true;
        }

        using var waited = new CancellationTokenSource();
        var isTaken = await Task.WhenAny(write, Task.Delay(stall, time, waited.Token)) == write;
        await waited.CancelAsync();
        return isTaken;
    }
}
