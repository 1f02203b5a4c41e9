using static TorchSharp.torch;

namespace FlashDiffusion.Conformance;

/// <summary>Tensors as bytes, exactly, whatever their type.</summary>
internal static class TensorBytes
{
    public static void Write(BinaryWriter writer, Tensor tensor)
    {
        using var scope = NewDisposeScope();
        var host = tensor.detach().cpu().contiguous();
        writer.Write((byte)host.dtype);
        writer.Write(host.shape.Length);
        foreach (var side in host.shape)
        {
            writer.Write(side);
        }

        var bytes = host.bytes;
        writer.Write(bytes.Length);
        writer.Write(bytes);
    }

    /// <summary>Reads a tensor that belongs to no dispose scope.</summary>
    public static Tensor Read(BinaryReader reader)
    {
        using var scope = NewDisposeScope();
        var type = (ScalarType)reader.ReadByte();
        long[] shape = [.. Enumerable.Range(0, reader.ReadInt32()).Select(_ => reader.ReadInt64())];
        var tensor = empty(shape, dtype: type);
        tensor.bytes = reader.ReadBytes(reader.ReadInt32());
        return tensor.alias().DetachFromDisposeScope();
    }
}
