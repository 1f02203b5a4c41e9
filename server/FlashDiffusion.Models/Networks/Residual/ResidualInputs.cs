using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>What <see cref="ResidualFunction"/> is given that has no gradient.</summary>
/// <param name="Settings">Weights.</param>
/// <param name="Embedding">(B, out, 1, 1), added between the halves; null for nothing.</param>
internal sealed record ResidualInputs(ResidualSettings Settings, Tensor? Embedding);
