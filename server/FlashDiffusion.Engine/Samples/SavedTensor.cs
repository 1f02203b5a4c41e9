using System.Collections.Immutable;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Samples;

/// <summary>A tensor as bytes, exactly.</summary>
/// <param name="Type">Type of an element.</param>
/// <param name="Shape">Sizes of the axes.</param>
/// <param name="Data">The elements, row-major, little-endian.</param>
internal sealed record SavedTensor(ScalarType Type, ImmutableArray<long> Shape, byte[] Data)
{
    /// <summary>Copies a tensor to the host.</summary>
    public static SavedTensor Of(Tensor tensor)
    {
        using var scope = NewDisposeScope();
        var host = tensor.detach().cpu().contiguous();
        return new SavedTensor(host.dtype, [.. host.shape], host.bytes.ToArray());
    }

    /// <summary>Makes the tensor again, outside of any dispose scope.</summary>
    public Tensor ToTensor(Device device)
    {
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var host = empty(Shape.AsSpan(), dtype: Type);
        host.bytes = Data;
        return host.to(device).alias().DetachFromDisposeScope();
    }
}
