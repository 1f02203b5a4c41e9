using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Samples;

namespace FlashDiffusion.Engine.Batching;

/// <summary>What a progress event shows of a sample, copied to the host.</summary>
/// <param name="Timestep">Training timestep of the step just done.</param>
/// <param name="Residual">||y - A(x_0)||, if the step computed it.</param>
/// <param name="Latent">z_t after the step, if asked for.</param>
/// <param name="Preview">The predicted clean picture, if asked for.</param>
internal sealed record Snapshot(int Timestep, double? Residual, HostTensor? Latent, HostTensor? Preview)
{
    /// <summary>State from which another engine can go on, if it was time to save one.</summary>
    public Checkpoint? Checkpoint { get; init; }
}
