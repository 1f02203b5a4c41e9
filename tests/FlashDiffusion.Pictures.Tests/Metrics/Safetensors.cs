using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace FlashDiffusion.Pictures.Tests.Metrics;

/// <summary>Float32 tensors of a safetensors file: 8-byte header length, JSON header, raw little-endian data.</summary>
internal sealed class Safetensors(byte[] file)
{
    private readonly int _dataStart = 8 + (int)BinaryPrimitives.ReadUInt64LittleEndian(file);

    public (int[] Shape, float[] Values) this[string name]
    {
        get
        {
            using var header = JsonDocument.Parse(file.AsMemory(8, _dataStart - 8));
            var entry = header.RootElement.GetProperty(name);
            Assert.Equal("F32", entry.GetProperty("dtype").GetString());
            var shape = entry.GetProperty("shape").EnumerateArray().Select(item => item.GetInt32()).ToArray();
            var offsets = entry.GetProperty("data_offsets").EnumerateArray().Select(item => item.GetInt32()).ToArray();
            var values = MemoryMarshal.Cast<byte, float>(file.AsSpan(_dataStart + offsets[0], offsets[1] - offsets[0]));
            return (shape, values.ToArray());
        }
    }
}
