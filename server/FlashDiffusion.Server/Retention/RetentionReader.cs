using System.Globalization;
using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Requests;
using Google.Protobuf.WellKnownTypes;

namespace FlashDiffusion.Server.Retention;

/// <summary>Reads <c>request_id</c>, <c>on_disconnect</c> and <c>result_lifetime</c>.</summary>
internal static class RetentionReader
{
    private const int LongestId = 128;

    /// <summary>How the request wants to be remembered; null if not at all, or if something is wrong.</summary>
    public static RetentionRequest? Read(V1.ReconstructRequest message, ResultOptions options, RequestProblems problems)
    {
        var before = problems.Violations.Count;
        var named = message.RequestId.Length > 0;
        if (named && !IsId(message.RequestId))
        {
            problems.Add("request_id", $"It must be 1 to {LongestId} printable ASCII characters, best a random UUID.");
        }

        if (!System.Enum.IsDefined(message.OnDisconnect))
        {
            problems.Add("on_disconnect", $"There is no such choice {(int)message.OnDisconnect}.");
        }

        var detaches = message.OnDisconnect == V1.OnDisconnect.Detach;
        if (detaches && !named)
        {
            problems.Add("on_disconnect", "ON_DISCONNECT_DETACH needs a request_id, by which the result can be fetched.");
        }

        var lifetime = LifetimeOf(message.ResultLifetime, named, options, problems);
        return named && problems.Violations.Count == before ? new RetentionRequest(message.RequestId, detaches, lifetime) : null;
    }

    /// <summary>Whether a text can be a <c>request_id</c>.</summary>
    public static bool IsId(string id) => id.Length is > 0 and <= LongestId && id.All(character => character is > ' ' and < '\x7f');

    private static TimeSpan LifetimeOf(Duration? lifetime, bool named, ResultOptions options, RequestProblems problems)
    {
        if (lifetime is null)
        {
            return TimeSpan.FromSeconds(Math.Min(options.DefaultLifetimeSeconds, options.MaximumLifetimeSeconds));
        }

        if (!named)
        {
            problems.Add("result_lifetime", "It needs a request_id, by which the result can be fetched.");
        }

        var seconds = lifetime.Seconds + (lifetime.Nanos / 1e9);
        if (!(seconds >= 1 && seconds <= options.MaximumLifetimeSeconds))
        {
            problems.Add("result_lifetime", string.Create(CultureInfo.InvariantCulture, $"It must be from 1 s to {options.MaximumLifetimeSeconds} s, but is {seconds} s."));
            return default;
        }

        return TimeSpan.FromSeconds(seconds);
    }
}
