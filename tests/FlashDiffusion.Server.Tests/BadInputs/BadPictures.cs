using FlashDiffusion.Server.Tests.Requests;
using Google.Protobuf;

namespace FlashDiffusion.Server.Tests.BadInputs;

/// <summary>What can be wrong with a picture, wherever it stands in a request.</summary>
internal static class BadPictures
{
    /// <summary>The file of a fine picture.</summary>
    private static byte[] Png => [.. MapperScene.FilePicture(32, 32).Encoded.Span];

    /// <summary>Cases of a picture field.</summary>
    /// <param name="field">Its path.</param>
    /// <param name="set">Puts a picture there.</param>
    public static IEnumerable<BadCase<T>> At<T>(string field, Action<T, V1.Picture?> set)
    {
        yield return new("missing", field, request => set(request, null));
        yield return new("neither file nor tensor", field, request => set(request, new V1.Picture()));
        foreach (var (fault, bytes) in Files())
        {
            yield return new(fault, $"{field}.encoded", request => set(request, new V1.Picture { Encoded = ByteString.CopyFrom(bytes) }));
        }

        foreach (var bad in Tensors($"{field}.tensor", (T request, V1.Tensor tensor) => set(request, new V1.Picture { Tensor = tensor }), 3, 32, 32))
        {
            yield return bad;
        }

        yield return new("four channels", $"{field}.tensor.shape", request => set(request, new V1.Picture { Tensor = Tensor(4, 8, 8) }));
        yield return new("a number beyond all pictures", $"{field}.tensor.data", request => set(request, new V1.Picture { Tensor = Tensor([3, 16, 16], 1001f) }));
    }

    /// <summary>Cases of a tensor, spoiled from one of this shape.</summary>
    public static IEnumerable<BadCase<T>> Tensors<T>(string field, Action<T, V1.Tensor> set, params long[] shape)
    {
        foreach (var value in Values.NoEnum)
        {
            yield return new($"data type {value}", $"{field}.data_type", request => set(request, With(shape, tensor => tensor.DataType = (V1.DataType)value)));
        }

        long[][] shapes = [[], [shape[0]], [.. shape, 1, 1], [.. shape[..^1], 0], [.. shape[..^1], -1], [.. shape[..^1], long.MinValue]];
        foreach (var wrong in shapes)
        {
            yield return new($"shape ({string.Join(", ", wrong)})", $"{field}.shape", request => set(request, With(shape, tensor => Reshape(tensor, wrong))));
        }

        yield return new("a byte too few", $"{field}.data", request => set(request, With(shape, tensor => tensor.Data = ByteString.CopyFrom(tensor.Data.Span[1..]))));
        yield return new("no bytes", $"{field}.data", request => set(request, With(shape, tensor => tensor.Data = ByteString.Empty)));
        yield return new("twice the bytes", $"{field}.data", request => set(request, With(shape, tensor => tensor.Data = ByteString.CopyFrom([.. tensor.Data.Span, .. tensor.Data.Span]))));
        yield return new("float32 called float16", $"{field}.data", request => set(request, With(shape, tensor => tensor.DataType = V1.DataType.Float16)));
        yield return new("a wrong checksum", $"{field}.crc32", request => set(request, With(shape, tensor => tensor.Crc32 = 1)));
        foreach (var value in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            yield return new($"an element {value}", $"{field}.data", request => set(request, Tensor(shape, value)));
        }
    }

    /// <summary>A tensor of halves.</summary>
    public static V1.Tensor Tensor(params long[] shape) => Tensor(shape, 0.5f);

    /// <summary>A tensor of one value.</summary>
    public static V1.Tensor Tensor(long[] shape, float value)
    {
        var tensor = new V1.Tensor { DataType = V1.DataType.Float32 };
        tensor.Shape.AddRange(shape);
        tensor.Data = ByteString.CopyFrom([.. Enumerable.Repeat(BitConverter.GetBytes(value), (int)shape.Aggregate(1L, (elements, side) => elements * side)).SelectMany(bytes => bytes)]);
        return tensor;
    }

    private static V1.Tensor With(long[] shape, Action<V1.Tensor> spoil)
    {
        var tensor = Tensor(shape);
        spoil(tensor);
        return tensor;
    }

    private static void Reshape(V1.Tensor tensor, long[] shape)
    {
        tensor.Shape.Clear();
        tensor.Shape.AddRange(shape);
    }

    private static IEnumerable<(string Fault, byte[] Bytes)> Files()
    {
        yield return ("an empty file", []);
        yield return ("a GIF", [.. "GIF89a"u8, 1, 0, 1, 0, 0, 0, 0]);
        yield return ("a text", [.. "This is no picture, whatever its name says."u8]);
        yield return ("a signature and no more", Png[..8]);
        yield return ("half a file", Png[..(Png.Length / 2)]);
        yield return ("a header that declares a billion pixels", Declaring(Png, 1 << 20, 1 << 10));
        yield return ("a header that declares nothing", Declaring(Png, 0, 0));
        yield return ("a JPEG of two bytes", [0xff, 0xd8]);
    }

    // Width and height lie at bytes 16 to 23 of a PNG, big-endian.
    private static byte[] Declaring(byte[] png, int width, int height)
    {
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(16), width);
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(png.AsSpan(20), height);
        return png;
    }
}
