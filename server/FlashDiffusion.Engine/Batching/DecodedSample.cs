using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Sessions;

namespace FlashDiffusion.Engine.Batching;

/// <summary>A finished sample.</summary>
/// <param name="Sample">The sample.</param>
internal sealed record DecodedSample(Sample Sample) : IRowOutcome
{
    /// <summary>Why there is no picture.</summary>
    public Failure? Failure { get; init; }

    /// <summary>The picture in the caller's size, (3, H, W) on [-1, 1].</summary>
    public HostTensor? Picture { get; init; }

    /// <summary>The final latent, if asked for.</summary>
    public HostTensor? Latent { get; init; }

    /// <summary>||y - A(x)||^2/(m sigma^2); null without noise or operator.</summary>
    public double? Residual { get; init; }
}
