using System.Text.Json;

namespace FlashDiffusion.Models.Checkpoints;

/// <summary>The validated header of a safetensors file: a JSON object of names to type, shape and byte range.</summary>
/// <remarks>The format allows neither holes nor overlaps in the data, so that a header can't smuggle in or hide anything.</remarks>
internal sealed class SafetensorsHeader
{
    private const string MetadataKey = "__metadata__";

    private readonly string _source;
    private readonly long _dataStart;
    private readonly long _dataBytes;
    private readonly Dictionary<string, TensorEntry> _entries = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> _metadata = new(StringComparer.Ordinal);

    private SafetensorsHeader(string source, long dataStart, long dataBytes)
    {
        _source = source;
        _dataStart = dataStart;
        _dataBytes = dataBytes;
    }

    public IReadOnlyDictionary<string, TensorEntry> Entries => _entries;

    public IReadOnlyDictionary<string, string> Metadata => _metadata;

    /// <param name="source">Name of the file, for messages.</param>
    /// <param name="json">The header's bytes.</param>
    /// <param name="dataStart">Offset of the first data byte in the file.</param>
    /// <param name="dataBytes">Number of data bytes.</param>
    public static SafetensorsHeader Parse(string source, ReadOnlyMemory<byte> json, long dataStart, long dataBytes)
    {
        var header = new SafetensorsHeader(source, dataStart, dataBytes);
        try
        {
            using var document = JsonDocument.Parse(json);
            header.ReadRoot(document.RootElement);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The latter comes of names that are no UTF-8, which the parser lets pass and only reading them finds.
            throw new CheckpointException($"The header of '{source}' is not JSON: {exception.Message}", exception);
        }

        header.CheckCoverage();
        return header;
    }

    private void ReadRoot(JsonElement root)
    {
        if (root.ValueKind != JsonValueKind.Object)
        {
            throw Fault("is not a JSON object");
        }

        foreach (var property in root.EnumerateObject())
        {
            if (property.Name == MetadataKey)
            {
                ReadMetadata(property.Value);
            }
            else if (!_entries.TryAdd(property.Name, ReadEntry(property.Name, property.Value)))
            {
                throw Fault($"names '{property.Name}' twice");
            }
        }
    }

    private void ReadMetadata(JsonElement node)
    {
        if (node.ValueKind != JsonValueKind.Object)
        {
            throw Fault("has metadata that are not an object");
        }

        foreach (var property in node.EnumerateObject())
        {
            if (property.Value.ValueKind != JsonValueKind.String)
            {
                throw Fault($"has metadata '{property.Name}' that are not a string");
            }

            _metadata[property.Name] = property.Value.GetString()!;
        }
    }

    private TensorEntry ReadEntry(string name, JsonElement node)
    {
        if (node.ValueKind != JsonValueKind.Object
            || !node.TryGetProperty("dtype", out var dtype) || dtype.ValueKind != JsonValueKind.String
            || !node.TryGetProperty("shape", out var shape) || shape.ValueKind != JsonValueKind.Array
            || !node.TryGetProperty("data_offsets", out var offsets) || offsets.ValueKind != JsonValueKind.Array || offsets.GetArrayLength() != 2)
        {
            throw Fault($"has an entry '{name}' without dtype, shape and two data_offsets");
        }

        if (!SafetensorsTypes.TryParse(dtype.GetString()!, out var type, out var size))
        {
            throw Fault($"has an entry '{name}' of unsupported type '{dtype.GetString()}'");
        }

        long[] sizes = [.. shape.EnumerateArray().Select(element => Count(name, element))];
        var begin = Count(name, offsets[0]);
        var end = Count(name, offsets[1]);
        if (begin > end || end > _dataBytes)
        {
            throw Fault($"places '{name}' at bytes {begin}..{end} of {_dataBytes}");
        }

        var expected = ByteCount(name, sizes, size);
        if (expected != end - begin)
        {
            throw Fault($"gives '{name}' {end - begin} bytes where its shape needs {expected}");
        }

        return new TensorEntry(name, type, sizes, _dataStart + begin, expected);
    }

    private long Count(string name, JsonElement node)
        => node.ValueKind == JsonValueKind.Number && node.TryGetInt64(out var value) && value >= 0
            ? value
            : throw Fault($"has a size or offset of '{name}' that is not a natural number");

    private long ByteCount(string name, long[] shape, int elementBytes)
    {
        try
        {
            return shape.Aggregate((long)elementBytes, (product, size) => checked(product * size));
        }
        catch (OverflowException)
        {
            throw Fault($"has an impossible shape for '{name}'");
        }
    }

    private void CheckCoverage()
    {
        var next = _dataStart;
        foreach (var entry in _entries.Values.OrderBy(entry => entry.Offset).ThenBy(entry => entry.Bytes))
        {
            if (entry.Offset != next)
            {
                throw Fault($"leaves a hole or an overlap before '{entry.Name}'");
            }

            next += entry.Bytes;
        }

        if (next != _dataStart + _dataBytes)
        {
            throw Fault($"describes {next - _dataStart} of {_dataBytes} data bytes");
        }
    }

    private CheckpointException Fault(string what) => new($"The header of '{_source}' {what}.");
}
