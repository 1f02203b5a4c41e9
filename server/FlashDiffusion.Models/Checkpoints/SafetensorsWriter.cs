using System.Buffers.Binary;
using System.Text.Json;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Checkpoints;

/// <summary>Writes safetensors files. The file appears under its name only when it is complete.</summary>
internal static class SafetensorsWriter
{
    private const int Alignment = 8;
    private const long MaxChunkBytes = 1 << 30;

    /// <param name="path">File to create or replace.</param>
    /// <param name="tensors">Tensors by name, on any device, written in the order in which they come.</param>
    /// <param name="metadata">Strings for the header, or null.</param>
    public static void Write(string path, IReadOnlyList<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata = null)
    {
        var partial = path + ".partial";
        using (var stream = new FileStream(partial, FileMode.Create, FileAccess.Write))
        {
            WriteHeader(stream, tensors, metadata);
            foreach (var (_, tensor) in tensors)
            {
                WriteData(stream, tensor);
            }

            stream.Flush(flushToDisk: true);
        }

        File.Move(partial, path, overwrite: true);
    }

    /// <summary>Writes a network's state under its published names.</summary>
    /// <param name="path">File to create or replace.</param>
    /// <param name="network">Network on any device.</param>
    /// <param name="floatType">Precision of floating-point tensors on disk; null keeps theirs.</param>
    /// <param name="metadata">Strings for the header, or null.</param>
    public static void WriteState(string path, nn.Module network, ScalarType? floatType = null, IReadOnlyDictionary<string, string>? metadata = null)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        var state = network.state_dict().Select(pair => KeyValuePair.Create(
            pair.Key,
            floatType is { } type && pair.Value.is_floating_point() ? pair.Value.to(type) : pair.Value.alias()));
        Write(path, [.. state], metadata);
    }

    private static void WriteHeader(Stream stream, IReadOnlyList<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string>? metadata)
    {
        using var buffer = new MemoryStream();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            if (metadata is not null)
            {
                json.WriteStartObject("__metadata__");
                foreach (var (key, value) in metadata)
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            long offset = 0;
            foreach (var (name, tensor) in tensors)
            {
                offset = WriteEntry(json, name, tensor, offset);
            }

            json.WriteEndObject();
        }

        var padding = (Alignment - (buffer.Length % Alignment)) % Alignment;
        for (var i = 0; i < padding; i++)
        {
            buffer.WriteByte((byte)' ');
        }

        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)buffer.Length);
        stream.Write(length);
        buffer.WriteTo(stream);
    }

    private static long WriteEntry(Utf8JsonWriter json, string name, Tensor tensor, long offset)
    {
        var (type, bytes) = SafetensorsTypes.Of(tensor.dtype);
        var end = offset + (tensor.numel() * bytes);
        json.WriteStartObject(name);
        json.WriteString("dtype", type);
        json.WriteStartArray("shape");
        foreach (var size in tensor.shape)
        {
            json.WriteNumberValue(size);
        }

        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(offset);
        json.WriteNumberValue(end);
        json.WriteEndArray();
        json.WriteEndObject();
        return end;
    }

    private static void WriteData(FileStream stream, Tensor tensor)
    {
        using var detached = tensor.detach();
        using var host = detached.cpu();
        using var contiguous = host.contiguous();
        using var flat = contiguous.view(-1);
        var perChunk = MaxChunkBytes / SafetensorsTypes.Of(tensor.dtype).Bytes;
        for (long first = 0; first < flat.numel(); first += perChunk)
        {
            using var chunk = flat.narrow(0, first, Math.Min(perChunk, flat.numel() - first));
            stream.Write(chunk.bytes);
        }
    }
}
