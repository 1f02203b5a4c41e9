using System.Text.Json;
using System.Text.Json.Nodes;
using FlashDiffusion.Models.Checkpoints;
using FlashDiffusion.Models.Checkpoints.Pickle;

namespace FlashDiffusion.Models.Repository.CompVis;

/// <summary>Plain values of a pickle as JSON. Values that have no counterpart there become null.</summary>
internal sealed class PickleJson
{
    // One value may stand in many places, so that a small pickle can unfold into a large document.
    private const int MaxNodes = 10_000;
    private const int MaxDepth = 32;

    private int _nodes;

    private PickleJson()
    {
    }

    /// <exception cref="CheckpointException">It is larger or deeper than a configuration.</exception>
    public static JsonElement Of(object? value) => JsonSerializer.SerializeToElement(new PickleJson().Node(value, 0));

    private JsonNode? Node(object? value, int depth)
    {
        if (++_nodes > MaxNodes || depth > MaxDepth)
        {
            throw new CheckpointException("The checkpoint's hyper-parameters are larger than any configuration.");
        }

        return value switch
        {
            bool flag => JsonValue.Create(flag),
            long number => JsonValue.Create(number),
            double number when double.IsFinite(number) => JsonValue.Create(number),
            string text => JsonValue.Create(text),
            object?[] tuple => Array(tuple, depth),
            List<object?> list => Array(list, depth),
            PickleDict dictionary => new JsonObject(dictionary.Values.Select(pair => KeyValuePair.Create(pair.Key, Node(pair.Value, depth + 1)))),
            _ => null,
        };
    }

    private JsonArray Array(IEnumerable<object?> items, int depth) => new([.. items.Select(item => Node(item, depth + 1))]);
}
