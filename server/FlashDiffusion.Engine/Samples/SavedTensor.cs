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

    /// <summary>Bytes that a tensor of this type and shape has; null if there is no such tensor.</summary>
    public static long? BytesOf(ScalarType type, ImmutableArray<long> shape)
    {
        long? bytes = type switch
        {
            ScalarType.Bool or ScalarType.Byte or ScalarType.Int8 => 1,
            ScalarType.Int16 or ScalarType.Float16 or ScalarType.BFloat16 => 2,
            ScalarType.Int32 or ScalarType.Float32 => 4,
            ScalarType.Int64 or ScalarType.Float64 => 8,
            _ => null,
        };
        foreach (var side in shape)
        {
            bytes = side >= 0 && side <= int.MaxValue && bytes * side is <= int.MaxValue and var product ? product : null;
        }

        return bytes;
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
