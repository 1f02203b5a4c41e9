using Google.Protobuf.WellKnownTypes;

namespace FlashDiffusion.Server.Requests;

/// <summary>Reads how long a caller is ready to wait. As a number first: not every duration of protobuf is a time span.</summary>
internal static class WaitReader
{
    /// <summary>The wait; zero with the reason in <paramref name="problems"/> if it can't be granted.</summary>
    /// <param name="wait">The field <c>wait</c>; null for no wait.</param>
    /// <param name="longest">Most that is granted.</param>
    /// <param name="problems">Receives what is wrong.</param>
    public static TimeSpan Read(Duration? wait, TimeSpan longest, RequestProblems problems)
    {
        var seconds = wait is null ? 0 : wait.Seconds + (wait.Nanos / 1e9);
        if (seconds >= 0 && seconds <= longest.TotalSeconds)
        {
            return TimeSpan.FromSeconds(seconds);
        }

        problems.Add("wait", $"It must be from 0 s to {longest.TotalSeconds} s.");
        return TimeSpan.Zero;
    }
}
