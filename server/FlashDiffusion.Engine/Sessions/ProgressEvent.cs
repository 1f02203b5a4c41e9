using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Samples;

namespace FlashDiffusion.Engine.Sessions;

/// <summary>Where a reconstruction stands.</summary>
internal sealed record ProgressEvent : SessionEvent
{
    /// <summary>Steps done, from 1.</summary>
    public required int Step { get; init; }

    /// <summary>Steps in all.</summary>
    public required int TotalSteps { get; init; }

    /// <summary>Training timestep of the step just done.</summary>
    public required int Timestep { get; init; }

    /// <summary>Expected time until the result.</summary>
    public TimeSpan? Eta { get; init; }

    /// <summary>||y - A(x_0)|| on [-1, 1], if the step computed it.</summary>
    public double? Residual { get; init; }

    /// <summary>Progress events of this session that newer ones replaced before they were read, so far.</summary>
    public long Skipped { get; init; }

    /// <summary>The latent after the step, (C, h, w), if asked for.</summary>
    public HostTensor? Latent { get; init; }

    /// <summary>The predicted clean picture, (3, H, W) or with the linear map (3, h, w), on [-1, 1], unclipped, if asked for.</summary>
    public HostTensor? Preview { get; init; }

    /// <summary>The newest state that was saved and not yet read, if asked for; of this step or of an earlier one whose event was replaced.</summary>
    public Checkpoint? Checkpoint { get; init; }
}
