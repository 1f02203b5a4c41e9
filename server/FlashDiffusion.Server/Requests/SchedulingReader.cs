using FlashDiffusion.Engine.Scheduling;
using Google.Protobuf.WellKnownTypes;

namespace FlashDiffusion.Server.Requests;

/// <summary>Reads how a request is scheduled, and in which compute mode.</summary>
internal static class SchedulingReader
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromHours(1);

    /// <summary>The class of a request; NORMAL if it says none.</summary>
    public static Priority PriorityOf(V1.Scheduling? message, RequestProblems problems)
    {
        switch (message?.Priority ?? V1.Priority.Unspecified)
        {
            case V1.Priority.Unspecified or V1.Priority.Normal:
                return Priority.Normal;
            case V1.Priority.Low:
                return Priority.Low;
            case V1.Priority.High:
                return Priority.High;
            default:
                problems.Add("scheduling.priority", $"There is no priority {(int)message!.Priority}.");
                return Priority.Normal;
        }
    }

    /// <summary>Longest time until the first step; null for the server's.</summary>
    public static TimeSpan? QueueTimeoutOf(V1.Scheduling? message, RequestProblems problems) =>
        message?.QueueTimeout is { } timeout ? Read("scheduling.queue_timeout", timeout, problems) : null;

    /// <summary>The compute mode of a request.</summary>
    /// <param name="mode">What it says.</param>
    /// <param name="usual">The server's, if it says none.</param>
    /// <param name="problems">Receives what is wrong.</param>
    public static ComputeMode ModeOf(V1.ComputeMode mode, ComputeMode usual, RequestProblems problems)
    {
        switch (mode)
        {
            case V1.ComputeMode.Unspecified:
                return usual;
            case V1.ComputeMode.Fast:
                return ComputeMode.Fast;
            case V1.ComputeMode.Exact:
                return ComputeMode.Exact;
            default:
                problems.Add("mode", $"There is no compute mode {(int)mode}.");
                return usual;
        }
    }

    private static TimeSpan? Read(string field, Duration duration, RequestProblems problems)
    {
        var seconds = duration.Seconds + (duration.Nanos / 1e9);
        if (seconds >= Shortest.TotalSeconds && seconds <= Longest.TotalSeconds)
        {
            return TimeSpan.FromSeconds(seconds);
        }

        problems.Add(field, "It must be from 1 ms to 1 hour.");
        return null;
    }
}
