using System.Buffers.Binary;
using System.Text.Json;
using System.Text.Json.Nodes;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Runs;

/// <summary>
/// float32 or float16 tensors and a few strings in one safetensors file, replaced atomically. Reading fills tensors that
/// already exist, and demands exactly their names and shapes.
/// </summary>
internal static class TensorFile
{
    private const string MetadataKey = "__metadata__";

    /// <summary>Writes beside the target, flushes to the disk, then renames.</summary>
    public static void Write(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors, IReadOnlyDictionary<string, string> metadata, bool half = false)
    {
        var list = tensors.ToList();
        var header = new JsonObject { [MetadataKey] = JsonSerializer.SerializeToNode(metadata) };
        long offset = 0;
        foreach (var (name, tensor) in list)
        {
            var length = tensor.numel() * (half ? 2 : 4);
            header[name] = new JsonObject
            {
                ["dtype"] = half ? "F16" : "F32",
                ["shape"] = JsonSerializer.SerializeToNode(tensor.shape),
                ["data_offsets"] = new JsonArray(offset, offset + length),
            };
            offset += length;
        }

        var partial = path + ".partial";
        using (var stream = new FileStream(partial, FileMode.Create, FileAccess.Write, FileShare.None, 1 << 20))
        {
            var json = JsonSerializer.SerializeToUtf8Bytes(header);
            Span<byte> length = stackalloc byte[8];
            BinaryPrimitives.WriteInt64LittleEndian(length, json.Length);
            stream.Write(length);
            stream.Write(json);
            foreach (var (_, tensor) in list)
            {
                using var host = tensor.detach().cpu().to(half ? ScalarType.Float16 : ScalarType.Float32).contiguous();
                stream.Write(host.bytes);
            }

            stream.Flush(flushToDisk: true);
        }

        File.Move(partial, path, overwrite: true);
    }

    /// <summary>Fills the tensors from the file and returns its strings.</summary>
    /// <exception cref="InvalidDataException">A tensor is missing, superfluous, or of another shape.</exception>
    public static IReadOnlyDictionary<string, string> ReadInto(string path, IEnumerable<KeyValuePair<string, Tensor>> tensors)
    {
        using var stream = File.OpenRead(path);
        Span<byte> prefix = stackalloc byte[8];
        stream.ReadExactly(prefix);
        var json = new byte[BinaryPrimitives.ReadInt64LittleEndian(prefix)];
        stream.ReadExactly(json);
        var header = JsonNode.Parse(json)!.AsObject();
        var start = stream.Position;
        var count = 0;
        foreach (var (name, tensor) in tensors)
        {
            count++;
            if (header[name] is not JsonObject entry || !entry["shape"]!.Deserialize<long[]>()!.SequenceEqual(tensor.shape))
            {
                throw new InvalidDataException($"'{path}' has no tensor '{name}' of shape ({string.Join(", ", tensor.shape)}).");
            }

            using var host = empty(tensor.shape, (string?)entry["dtype"] == "F16" ? ScalarType.Float16 : ScalarType.Float32);
            var bytes = new byte[host.numel() * host.element_size()];
            stream.Position = start + (long)entry["data_offsets"]![0]!;
            stream.ReadExactly(bytes);
            host.bytes = bytes;
            tensor.detach().copy_(host);
        }

        var stored = header.Count(pair => pair.Key != MetadataKey);
        return stored == count
            ? header[MetadataKey]?.Deserialize<Dictionary<string, string>>() ?? []
            : throw new InvalidDataException($"'{path}' holds {stored} tensors; this run has {count}.");
    }
}
