using System.Diagnostics;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Requests;

/// <summary>A measurement to look at with the severity encoder.</summary>
internal sealed record SeverityRequest
{
    /// <summary>The model, with a severity encoder for the operator.</summary>
    public required ServedModel Model { get; init; }

    /// <summary>The operator that degraded the picture.</summary>
    public required OperatorRequest Operator { get; init; }

    /// <summary>The measurement y, unclipped on [-1, 1], in the operator's measurement shape.</summary>
    public required HostTensor Measurement { get; init; }

    /// <summary>Shape of the clean picture.</summary>
    public required PictureShape Picture { get; init; }

    /// <summary>Whether the answer carries the mean latent.</summary>
    public bool IncludeLatent { get; init; }

    /// <summary>Whether the answer carries the decoded mean.</summary>
    public bool IncludeDecodedMean { get; init; }

    /// <summary>Whose it is.</summary>
    public CallerKey Caller { get; init; }

    /// <summary>Span that the work's spans are children of.</summary>
    public ActivityContext Parent { get; init; }
}
