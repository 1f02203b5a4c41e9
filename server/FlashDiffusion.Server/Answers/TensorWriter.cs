using System.IO.Hashing;
using System.Runtime.InteropServices;
using FlashDiffusion.Engine.Requests;
using Google.Protobuf;

namespace FlashDiffusion.Server.Answers;

/// <summary>Writes tensors of answers, little-endian and row-major.</summary>
internal static class TensorWriter
{
    public static V1.Tensor Write(HostTensor tensor, V1.DataType type = V1.DataType.Float32)
    {
        var message = new V1.Tensor
        {
            DataType = type,
            Data = type == V1.DataType.Float16 ? Halves(tensor.Values) : ByteString.CopyFrom(MemoryMarshal.AsBytes(tensor.Values.AsSpan())),
        };
        message.Crc32 = Crc32.HashToUInt32(message.Data.Span);
        message.Shape.AddRange(tensor.Shape);
        return message;
    }

    private static ByteString Halves(float[] values)
    {
        var halves = Array.ConvertAll(values, value => (Half)value);
        return ByteString.CopyFrom(MemoryMarshal.AsBytes(halves.AsSpan()));
    }
}
