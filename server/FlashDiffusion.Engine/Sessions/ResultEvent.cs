using System.Collections.Immutable;
using FlashDiffusion.Engine.Requests;

namespace FlashDiffusion.Engine.Sessions;

/// <summary>Last event of a session that succeeded.</summary>
internal sealed record ResultEvent : SessionEvent
{
    /// <summary>The reconstruction, (3, H, W) on [-1, 1], unclipped, in the caller's size.</summary>
    public required HostTensor Picture { get; init; }

    /// <summary>The final latent (C, h, w) of the enlarged picture, if asked for.</summary>
    public HostTensor? Latent { get; init; }

    /// <summary>Seed of every random number.</summary>
    public required ulong Seed { get; init; }

    /// <summary>What it cost.</summary>
    public required ReconstructionCost Cost { get; init; }

    /// <summary>||y - A(x)||^2/(m noise_std^2) of the result; null without noise or operator.</summary>
    public double? Residual { get; init; }

    /// <summary>What became different from what was said when it was accepted.</summary>
    public ImmutableArray<Notice> Notices { get; init; } = [];
}
