using System.Buffers.Binary;
using System.Text;

namespace FlashDiffusion.Testing.Checkpoints;

/// <summary>Writes the pickle of <c>{'state_dict': {key: tensor}}</c> as PyTorch does, protocol 2.</summary>
internal sealed class PickleBytes
{
    private readonly List<byte> _bytes = [];

    /// <param name="state">The tensors.</param>
    /// <param name="storageOf">Name of the storage that holds a tensor.</param>
    public static byte[] Of(IEnumerable<TorchFileEntry> state, Func<TorchFileEntry, string> storageOf)
    {
        var pickle = new PickleBytes();
        pickle.Raw("\u0080\u0002}").Text("state_dict").Raw("}(");
        foreach (var entry in state)
        {
            pickle.Text(entry.Key).Tensor(entry, storageOf(entry));
        }

        pickle.Raw("us.");
        return [.. pickle._bytes];
    }

    private void Tensor(TorchFileEntry entry, string storage)
    {
        Raw("ctorch._utils\n_rebuild_tensor_v2\n((").Text("storage").Raw("ctorch\nFloatStorage\n").Text(storage).Text("cpu").Integer(entry.Elements).Raw("tQ");
        Integer(0).Tuple(entry.Shape);
        var strides = new long[entry.Shape.Length];
        long stride = 1;
        for (var i = strides.Length - 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= entry.Shape[i];
        }

        Tuple(strides).Raw("\u0089ccollections\nOrderedDict\n)RtR");
    }

    private PickleBytes Tuple(IEnumerable<long> values)
    {
        Raw("(");
        foreach (var value in values)
        {
            Integer(value);
        }

        return Raw("t");
    }

    private PickleBytes Integer(long value)
    {
        Span<byte> field = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(field, checked((int)value));
        Raw("J");
        _bytes.AddRange(field);
        return this;
    }

    private PickleBytes Text(string value)
    {
        var text = Encoding.UTF8.GetBytes(value);
        Span<byte> length = stackalloc byte[sizeof(int)];
        BinaryPrimitives.WriteInt32LittleEndian(length, text.Length);
        Raw("X");
        _bytes.AddRange(length);
        _bytes.AddRange(text);
        return this;
    }

    private PickleBytes Raw(string opcodes)
    {
        _bytes.AddRange(Encoding.Latin1.GetBytes(opcodes));
        return this;
    }
}
