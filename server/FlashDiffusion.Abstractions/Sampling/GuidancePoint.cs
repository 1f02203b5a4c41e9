using static TorchSharp.torch;

namespace FlashDiffusion.Sampling;

/// <summary>Where a guidance loss is evaluated; everything in it is differentiable with respect to <see cref="Clean"/>.</summary>
/// <param name="Batch">The rows.</param>
/// <param name="Clean">z_0, (B, C, h, w), a leaf that requires a gradient.</param>
/// <param name="Decoded">x_0 = D(z_0), (B, 3, H, W).</param>
/// <param name="Residual">y - A(x_0), (B, measurement shape).</param>
public sealed record GuidancePoint(StepBatch Batch, Tensor Clean, Tensor Decoded, Tensor Residual);
