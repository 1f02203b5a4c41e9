using System.Globalization;
using System.IO.Hashing;
using System.Runtime.InteropServices;

namespace FlashDiffusion.Server.Requests;

/// <summary>Reads tensors of requests. The declared shape is checked against the bytes before anything is allocated.</summary>
internal static class TensorReader
{
    /// <summary>The elements as float32; null if anything is wrong. Bytes become 0..1.</summary>
    /// <param name="tensor">The tensor.</param>
    /// <param name="field">Its path in the request.</param>
    /// <param name="axes">Names of its axes, to check their number and to say which are expected.</param>
    /// <param name="problems">Receives what is wrong.</param>
    public static float[]? Read(V1.Tensor tensor, string field, ReadOnlySpan<string> axes, RequestProblems problems)
    {
        if (SizeOf(tensor.DataType) is not { } size)
        {
            problems.Add($"{field}.data_type", $"There is no data type {(int)tensor.DataType}.");
            return null;
        }

        if (tensor.Shape.Count != axes.Length || tensor.Shape.Any(side => side < 1))
        {
            problems.Add($"{field}.shape", $"The shape must be ({string.Join(", ", axes!)}), each at least 1, but is ({string.Join(", ", tensor.Shape)}).");
            return null;
        }

        var expected = tensor.Shape.Aggregate((UInt128)size, (bytes, side) => bytes > long.MaxValue ? bytes : bytes * (UInt128)side);
        if (expected != (UInt128)tensor.Data.Length)
        {
            problems.Add($"{field}.data", string.Create(
                CultureInfo.InvariantCulture, $"A {tensor.DataType} tensor of shape ({string.Join(", ", tensor.Shape)}) has {expected} bytes, but {tensor.Data.Length} came."));
            return null;
        }

        if (tensor.HasCrc32 && Crc32.HashToUInt32(tensor.Data.Span) is var actual && actual != tensor.Crc32)
        {
            problems.Add($"{field}.crc32", string.Create(CultureInfo.InvariantCulture, $"The data have the CRC-32 {actual}, not {tensor.Crc32}: they were damaged on the way."));
            return null;
        }

        var values = Convert(tensor);
        if (Array.FindIndex(values, value => !float.IsFinite(value)) is var index && index >= 0)
        {
            problems.Add($"{field}.data", string.Create(CultureInfo.InvariantCulture, $"Every element must be a finite number, but element {index} is {values[index]}."));
            return null;
        }

        return values;
    }

    private static int? SizeOf(V1.DataType type) => type switch
    {
        V1.DataType.Unspecified or V1.DataType.Float32 => 4,
        V1.DataType.Float16 => 2,
        V1.DataType.Uint8 => 1,
        _ => null,
    };

    private static float[] Convert(V1.Tensor tensor)
    {
        var bytes = tensor.Data.Span;
        switch (tensor.DataType)
        {
            case V1.DataType.Float16:
                var halves = MemoryMarshal.Cast<byte, Half>(bytes);
                var widened = new float[halves.Length];
                for (var i = 0; i < widened.Length; i++)
                {
                    widened[i] = (float)halves[i];
                }

                return widened;
            case V1.DataType.Uint8:
                var scaled = new float[bytes.Length];
                for (var i = 0; i < scaled.Length; i++)
                {
                    scaled[i] = bytes[i] / 255f;
                }

                return scaled;
            default:
                return MemoryMarshal.Cast<byte, float>(bytes).ToArray();
        }
    }
}
