using System.Collections.Immutable;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Sessions;

namespace FlashDiffusion.Engine.Severity;

/// <summary>What the severity encoder says of a measurement.</summary>
internal sealed record SeverityReport
{
    /// <summary>Predicted error variance of the latent, as the encoder gave it.</summary>
    public required double Severity { get; init; }

    /// <summary>Training timestep at which a DDPM reconstruction would start.</summary>
    public required int StartTimestep { get; init; }

    /// <summary>False if the severity is doubted; the notices say why.</summary>
    public required bool SeverityReliable { get; init; }

    /// <summary>Whatever was clamped or doubted.</summary>
    public ImmutableArray<Notice> Notices { get; init; } = [];

    /// <summary>||y - A(D(z_hat))||^2/(m noise_std^2) on [-1, 1]; null without noise.</summary>
    public double? MeanResidual { get; init; }

    /// <summary>Mean latent z_hat (C, h, w) of the enlarged picture, if asked for.</summary>
    public HostTensor? Latent { get; init; }

    /// <summary>Decoded mean, (3, H, W) on [-1, 1], if asked for.</summary>
    public HostTensor? DecodedMean { get; init; }
}
