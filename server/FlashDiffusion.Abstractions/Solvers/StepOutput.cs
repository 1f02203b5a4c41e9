using System.Collections.Frozen;
using static TorchSharp.torch;

namespace FlashDiffusion;

/// <summary>What a step made. Tensors are the engine's from then on.</summary>
public sealed record StepOutput
{
    /// <summary>The latents after the step, (B, C, h, w), float32, without a gradient.</summary>
    public required Tensor Latents { get; init; }

    /// <summary>The predicted clean latents z_0 of this step, (B, C, h, w).</summary>
    public required Tensor PredictedClean { get; init; }

    /// <summary>The decoded prediction, (B, 3, H, W), if the step decoded it anyway; previews use it.</summary>
    public Tensor? DecodedClean { get; init; }

    /// <summary>Norm of y - A(x_0) per row, (B), if the step computed it.</summary>
    public Tensor? Residual { get; init; }

    /// <summary>Per row, whether the step is complete; null means all. An incomplete row keeps its step and is scheduled again.</summary>
    public bool[]? Completed { get; init; }

    /// <summary>What the samples carry to the next step, by name, each (B, ...); it stays when the step is complete.</summary>
    public IReadOnlyDictionary<string, Tensor> Scratch { get; init; } = FrozenDictionary<string, Tensor>.Empty;
}
