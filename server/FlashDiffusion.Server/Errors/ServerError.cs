using System.Collections.Immutable;
using Grpc.Core;

namespace FlashDiffusion.Server.Errors;

/// <summary>A refusal or failure as a value; only <see cref="GrpcStatusMapper"/> turns it into what travels.</summary>
internal sealed record ServerError
{
    public required StatusCode Code { get; init; }

    /// <summary>One of <see cref="ErrorReasons"/>.</summary>
    public required string Reason { get; init; }

    /// <summary>One or more sentences that stand alone: some clients show nothing else.</summary>
    public required string Message { get; init; }

    /// <summary>Dynamic values of the message, for programs.</summary>
    public ImmutableDictionary<string, string> Metadata { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Everything that is wrong with the request.</summary>
    public ImmutableArray<FieldViolation> Violations { get; init; } = [];

    /// <summary>What was not found.</summary>
    public ImmutableArray<MissingResource> Missing { get; init; } = [];

    /// <summary>When it is worth to try again; null if never.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>What is exhausted, for RESOURCE_EXHAUSTED.</summary>
    public string? Quota { get; init; }

    /// <summary>What has to change first, for FAILED_PRECONDITION.</summary>
    public string? Precondition { get; init; }

    /// <summary>Whether the log has it already, with its cause: who met it knew more than who tells the caller.</summary>
    public bool IsLogged { get; init; }
}
