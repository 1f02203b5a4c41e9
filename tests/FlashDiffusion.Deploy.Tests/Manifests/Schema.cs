using System.Globalization;
using System.Text.Json;
using k8s.Models;

namespace FlashDiffusion.Deploy.Tests.Manifests;

/// <summary>
/// A small schema, written after the documentation of a kind: only the fields that the manifests use, every other one is an error.
/// Of JSON schema it knows type, properties, required, items, enum and additionalProperties; <c>core</c> names a type of Kubernetes'
/// own that the value must parse as, strictly.
/// </summary>
internal sealed class Schema
{
    private static readonly Dictionary<string, Type> CoreTypes = new() { ["Container"] = typeof(V1Container), ["Volume"] = typeof(V1Volume) };
    private readonly JsonElement _root;

    private Schema(JsonElement root) => _root = root;

    /// <summary>The schema of a kind; null if there is none.</summary>
    public static Schema? Of(string kind)
    {
        using var stream = typeof(Schema).Assembly.GetManifestResourceStream(kind);
        return stream is null ? null : new Schema(JsonDocument.Parse(stream).RootElement);
    }

    /// <summary>What is wrong with a value, a line each.</summary>
    public IReadOnlyList<string> Problems(object? value) => [.. Check(_root, value, "$")];

    private static IEnumerable<string> Check(JsonElement schema, object? value, string at)
    {
        if (schema.TryGetProperty("core", out var core))
        {
            return StrictlyAs(CoreTypes[core.GetString()!], value, at);
        }

        var type = schema.GetProperty("type").GetString()!;
        return type switch
        {
            "object" => value is IDictionary<object, object> map ? CheckObject(schema, map, at) : [$"{at} must be an object."],
            "array" => value is IList<object> list ? list.SelectMany((item, i) => Check(schema.GetProperty("items"), item, $"{at}[{i}]")) : [$"{at} must be a list."],
            _ => CheckScalar(schema, type, value, at),
        };
    }

    private static IEnumerable<string> CheckObject(JsonElement schema, IDictionary<object, object> map, string at)
    {
        var required = schema.TryGetProperty("required", out var names) ? names.EnumerateArray().Select(name => name.GetString()!) : [];
        foreach (var name in required.Where(name => !map.ContainsKey(name)))
        {
            yield return $"{at}.{name} is missing.";
        }

        foreach (var (key, value) in map)
        {
            var name = (string)key;
            var known = schema.TryGetProperty("properties", out var properties) && properties.TryGetProperty(name, out var own)
                ? own
                : schema.TryGetProperty("additionalProperties", out var other) ? other : default;
            if (known.ValueKind == JsonValueKind.Undefined)
            {
                yield return $"{at}.{name} is no field of the schema.";
                continue;
            }

            foreach (var problem in Check(known, value, $"{at}.{name}"))
            {
                yield return problem;
            }
        }
    }

    private static IEnumerable<string> CheckScalar(JsonElement schema, string type, object? value, string at)
    {
        var fits = type switch
        {
            "string" => value is string,
            "integer" => value is sbyte or byte or short or ushort or int or uint or long or ulong,
            "boolean" => value is bool,
            _ => false,
        };
        if (!fits)
        {
            yield return $"{at} must be of type {type}, but is '{value}'.";
        }
        else if (schema.TryGetProperty("enum", out var allowed) && !allowed.EnumerateArray().Any(word => word.ToString() == Convert.ToString(value, CultureInfo.InvariantCulture)))
        {
            yield return $"{at} may not be '{value}'.";
        }
    }

    private static IEnumerable<string> StrictlyAs(Type type, object? value, string at)
    {
        var problem = Manifest.FailureOf(() => CoreParser.Parse(YamlTree.Text(value!), type));
        return problem is null ? [] : [$"{at}: {problem}"];
    }
}
