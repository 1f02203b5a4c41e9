using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace FlashDiffusion.Models.Repository.CompVis;

/// <summary>
/// Reads a configuration in YAML into JSON values, words resolved as the research code's loader does. Only mappings, sequences and plain
/// values: tags name classes to be made, and aliases let a short file unfold into a long one.
/// </summary>
internal sealed partial class YamlReader
{
    public const int MaxCharacters = 1 << 20;
    private const int MaxDepth = 32;
    private const int MaxNodes = 20_000;

    private readonly Parser _parser;
    private int _nodes;

    private YamlReader(TextReader text)
    {
        _parser = new Parser(text);
    }

    /// <exception cref="ModelRepositoryException">It is not YAML, or more than a configuration needs.</exception>
    public static JsonElement Read(string name, string text)
    {
        if (text.Length > MaxCharacters)
        {
            throw new ModelRepositoryException($"{name} is longer than {MaxCharacters} characters.");
        }

        try
        {
            CheckNesting(text);
            using var reader = new StringReader(text);
            return JsonSerializer.SerializeToElement(new YamlReader(reader).Document());
        }
        catch (YamlException exception)
        {
            throw new ModelRepositoryException($"{name} is not understood, line {exception.Start.Line}: {exception.Message}", exception);
        }
        catch (Exception exception) when (exception is ArgumentException or InvalidOperationException)
        {
            // The library's own slips over malformed text, and half a surrogate pair, which has no counterpart in JSON.
            throw new ModelRepositoryException($"{name} is not understood: {exception.Message}", exception);
        }
    }

    // The library's scanner recurses into nested flow brackets, so these are counted before it sees them.
    private static void CheckNesting(string text)
    {
        var open = text.Count(character => character is '[' or '{');
        if (open > MaxNodes)
        {
            throw new YamlException("it opens too many brackets");
        }
    }

    private JsonNode? Document()
    {
        _parser.Consume<StreamStart>();
        if (_parser.TryConsume<StreamEnd>(out _))
        {
            throw new YamlException("it is empty");
        }

        _parser.Consume<DocumentStart>();
        var node = Node(0);
        _parser.Consume<DocumentEnd>();
        _parser.Consume<StreamEnd>();
        return node;
    }

    private JsonNode? Node(int depth)
    {
        if (depth > MaxDepth || ++_nodes > MaxNodes)
        {
            throw Fault("it is nested deeper, or holds more values, than any configuration");
        }

        if (_parser.Current is NodeEvent { Tag.IsEmpty: false, Tag.IsNonSpecific: false } tagged)
        {
            throw Fault($"it has the tag '{tagged.Tag}', which no configuration needs");
        }

        if (_parser.TryConsume<Scalar>(out var scalar))
        {
            return scalar.Style == ScalarStyle.Plain ? Value(scalar.Value) : JsonValue.Create(scalar.Value);
        }

        if (_parser.TryConsume<SequenceStart>(out _))
        {
            return Sequence(depth);
        }

        return _parser.TryConsume<MappingStart>(out _) ? Mapping(depth) : throw Fault("it uses an alias, which no configuration needs");
    }

    private JsonArray Sequence(int depth)
    {
        var items = new JsonArray();
        while (!_parser.TryConsume<SequenceEnd>(out _))
        {
            items.Add(Node(depth + 1));
        }

        return items;
    }

    private JsonObject Mapping(int depth)
    {
        var members = new JsonObject();
        while (!_parser.TryConsume<MappingEnd>(out _))
        {
            if (!_parser.TryConsume<Scalar>(out var key) || !members.TryAdd(key.Value, null))
            {
                throw Fault("a key stands twice, or is no word");
            }

            members[key.Value] = Node(depth + 1);
        }

        return members;
    }

    // Exponents without a point are numbers here, although YAML 1.1 reads them as words: nobody means the word.
    private static JsonValue? Value(string word) => word switch
    {
        "" or "~" or "null" or "Null" or "NULL" => null,
        "true" or "True" or "TRUE" or "yes" or "Yes" or "YES" or "on" or "On" or "ON" => JsonValue.Create(true),
        "false" or "False" or "FALSE" or "no" or "No" or "NO" or "off" or "Off" or "OFF" => JsonValue.Create(false),
        _ when IntegerPattern().IsMatch(word) && long.TryParse(word.Replace("_", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer)
            => JsonValue.Create(integer),
        _ when NumberPattern().IsMatch(word) && double.TryParse(word, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            => JsonValue.Create(number),
        _ => JsonValue.Create(word),
    };

    private YamlException Fault(string what)
        => _parser.Current is { } current ? new YamlException(current.Start, current.End, what) : new YamlException(what);

    [GeneratedRegex("^[-+]?[0-9][0-9_]*$")]
    private static partial Regex IntegerPattern();

    [GeneratedRegex(@"^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?$")]
    private static partial Regex NumberPattern();
}
