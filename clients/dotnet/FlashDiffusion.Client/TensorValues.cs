using System.Buffers.Binary;
using FlashDiffusion.V1;
using Google.Protobuf;

namespace FlashDiffusion.Client;

/// <summary>Numbers in and out of <see cref="Tensor"/> messages, which are little-endian on every machine.</summary>
public static class TensorValues
{
    /// <summary>A float32 tensor with a copy of the values.</summary>
    /// <param name="values">Row-major; as many as the product of the shape.</param>
    /// <param name="shape">Sizes of the axes, outermost first.</param>
    /// <exception cref="ArgumentException">The shape asks for another count.</exception>
    public static Tensor ToTensor(ReadOnlySpan<float> values, params ReadOnlySpan<long> shape)
    {
        var count = 1L;
        foreach (var size in shape)
        {
            count *= size;
        }

        if (count != values.Length)
        {
            throw new ArgumentException($"The shape asks for {count} values, not {values.Length}.", nameof(values));
        }

        var bytes = new byte[sizeof(float) * (long)values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(sizeof(float) * i), values[i]);
        }

        var tensor = new Tensor { DataType = DataType.Float32, Data = UnsafeByteOperations.UnsafeWrap(bytes) };
        tensor.Shape.AddRange(shape.ToArray());
        return tensor;
    }

    /// <summary>The values as float32, row-major; bytes come as 0..1.</summary>
    /// <exception cref="InvalidDataException">The data is not as long as the shape says, or of an unknown type.</exception>
    public static float[] ToFloats(this Tensor tensor)
    {
        ArgumentNullException.ThrowIfNull(tensor);
        var data = tensor.Data.Span;
        var size = tensor.DataType switch
        {
            DataType.Unspecified or DataType.Float32 => sizeof(float),
            DataType.Float16 => sizeof(ushort),
            DataType.Uint8 => sizeof(byte),
            _ => throw new InvalidDataException($"Elements of the type {tensor.DataType} are not known."),
        };
        if (data.Length != tensor.Shape.Aggregate((long)size, (product, axis) => product * axis))
        {
            throw new InvalidDataException($"A tensor of the shape ({string.Join(", ", tensor.Shape)}) does not have {data.Length} bytes.");
        }

        var values = new float[data.Length / size];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = size switch
            {
                sizeof(float) => BinaryPrimitives.ReadSingleLittleEndian(data[(size * i)..]),
                sizeof(ushort) => (float)BinaryPrimitives.ReadHalfLittleEndian(data[(size * i)..]),
                _ => data[i] / 255f,
            };
        }

        return values;
    }
}
