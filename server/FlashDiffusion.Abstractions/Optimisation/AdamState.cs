using System.Collections.Immutable;
using static TorchSharp.torch;

namespace FlashDiffusion.Optimisation;

/// <summary>
/// State of an inner Adam optimiser, one independent optimiser a row: rows may have made different numbers of updates. Pure tensors, so
/// that it travels in a sample's scratch from chunk to chunk and through a saved state.
/// </summary>
/// <param name="Iterate">What is optimised, (B, ...), without a gradient.</param>
/// <param name="Mean">Running mean of the gradient, shaped as the iterate.</param>
/// <param name="Square">Running mean of its square, shaped as the iterate.</param>
/// <param name="Updates">Updates made by each row, (B), int64.</param>
public sealed record AdamState(Tensor Iterate, Tensor Mean, Tensor Square, Tensor Updates)
{
    /// <summary>A fresh optimiser.</summary>
    /// <param name="iterate">Where it starts, (B, ...).</param>
    /// <returns>The state before the first update.</returns>
    public static AdamState Begin(Tensor iterate)
    {
        ArgumentNullException.ThrowIfNull(iterate);
        using var guard = no_grad();
        return new AdamState(iterate.detach().clone(), zeros_like(iterate), zeros_like(iterate), zeros(iterate.shape[0], dtype: ScalarType.Int64, device: iterate.device));
    }

    /// <summary>Takes the state out of scratch.</summary>
    /// <param name="scratch">A batch's scratch.</param>
    /// <param name="name">Prefix that it was written under.</param>
    /// <returns>The state.</returns>
    /// <exception cref="KeyNotFoundException">Nothing was written under that prefix.</exception>
    public static AdamState Read(IReadOnlyDictionary<string, Tensor> scratch, string name)
    {
        ArgumentNullException.ThrowIfNull(scratch);
        return new AdamState(scratch[name + ".iterate"], scratch[name + ".mean"], scratch[name + ".square"], scratch[name + ".updates"]);
    }

    /// <summary>Adds the state to scratch.</summary>
    /// <param name="scratch">What the step carries on beside it.</param>
    /// <param name="name">Prefix to write under.</param>
    /// <returns>The scratch with the state.</returns>
    public ImmutableDictionary<string, Tensor> Write(ImmutableDictionary<string, Tensor> scratch, string name)
    {
        ArgumentNullException.ThrowIfNull(scratch);
        return scratch
            .SetItem(name + ".iterate", Iterate)
            .SetItem(name + ".mean", Mean)
            .SetItem(name + ".square", Square)
            .SetItem(name + ".updates", Updates);
    }
}
