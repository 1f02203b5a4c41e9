using static TorchSharp.torch;

namespace FlashDiffusion.Models.Checkpoints;

/// <summary>The element types of a safetensors file and their names there.</summary>
internal static class SafetensorsTypes
{
    private static readonly Dictionary<string, (ScalarType Type, int Bytes)> ByName = new(StringComparer.Ordinal)
    {
        ["F64"] = (ScalarType.Float64, 8),
        ["F32"] = (ScalarType.Float32, 4),
        ["F16"] = (ScalarType.Float16, 2),
        ["BF16"] = (ScalarType.BFloat16, 2),
        ["I64"] = (ScalarType.Int64, 8),
        ["I32"] = (ScalarType.Int32, 4),
        ["I16"] = (ScalarType.Int16, 2),
        ["I8"] = (ScalarType.Int8, 1),
        ["U8"] = (ScalarType.Byte, 1),
        ["BOOL"] = (ScalarType.Bool, 1),
    };

    private static readonly Dictionary<ScalarType, (string Name, int Bytes)> ByType =
        ByName.ToDictionary(pair => pair.Value.Type, pair => (pair.Key, pair.Value.Bytes));

    public static bool TryParse(string name, out ScalarType type, out int bytes)
    {
        var known = ByName.TryGetValue(name, out var found);
        (type, bytes) = found;
        return known;
    }

    public static (string Name, int Bytes) Of(ScalarType type)
        => ByType.TryGetValue(type, out var found) ? found : throw new CheckpointException($"safetensors has no element type for {type}.");
}
