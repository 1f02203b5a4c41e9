using FlashDiffusion.Engine.Budgets;
using FlashDiffusion.Engine.Scheduling;
using Google.Protobuf.WellKnownTypes;

namespace FlashDiffusion.Server.Requests;

/// <summary>Reads how a request is scheduled, and in which compute mode.</summary>
internal static class SchedulingReader
{
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan LongestQueue = TimeSpan.FromHours(1);
    private static readonly TimeSpan LongestLimit = TimeSpan.FromHours(24);

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
        message?.QueueTimeout is { } timeout ? Read("scheduling.queue_timeout", timeout, LongestQueue, problems) : null;

    /// <summary>Longest time until the result; null for none.</summary>
    public static TimeSpan? TimeLimitOf(V1.Scheduling? message, RequestProblems problems) =>
        message?.TimeLimit is { } limit ? Read("scheduling.time_limit", limit, LongestLimit, problems) : null;

    /// <summary>Most denoiser evaluations; null for as many as it takes.</summary>
    public static int? NetworkCallsOf(V1.Scheduling? message, RequestProblems problems)
    {
        if (message is not { HasMaxNetworkCalls: true })
        {
            return null;
        }

        if (message.MaxNetworkCalls < 1)
        {
            problems.Add("scheduling.max_network_calls", $"It must be 1 or more, but is {message.MaxNetworkCalls}.");
        }

        return message.MaxNetworkCalls;
    }

    /// <summary>What to do where the budget does not suffice.</summary>
    public static TightDeadline TightDeadlineOf(V1.Scheduling? message, RequestProblems problems)
    {
        switch (message?.OnTightDeadline ?? V1.OnTightDeadline.Unspecified)
        {
            case V1.OnTightDeadline.Unspecified or V1.OnTightDeadline.Shorten:
                return TightDeadline.Shorten;
            case V1.OnTightDeadline.Refuse:
                return TightDeadline.Refuse;
            default:
                problems.Add("scheduling.on_tight_deadline", $"There is no such choice {(int)message!.OnTightDeadline}.");
                return TightDeadline.Shorten;
        }
    }

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

    private static TimeSpan? Read(string field, Duration duration, TimeSpan longest, RequestProblems problems)
    {
        var seconds = duration.Seconds + (duration.Nanos / 1e9);
        if (seconds >= Shortest.TotalSeconds && seconds <= longest.TotalSeconds)
        {
            return TimeSpan.FromSeconds(seconds);
        }

        problems.Add(field, $"It must be from 1 ms to {longest.TotalHours} hours.");
        return null;
    }
}
