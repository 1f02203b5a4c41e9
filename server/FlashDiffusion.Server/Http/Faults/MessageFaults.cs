using System.Text.Json;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Requests;
using Google.Protobuf.Reflection;

namespace FlashDiffusion.Server.Http.Faults;

/// <summary>Finds what in a request of JSON can't be a field's value, by the protos' own paths, as all refusals name fields.</summary>
internal sealed class MessageFaults
{
    /// <summary>More than these help nobody.</summary>
    private const int Enough = 20;
    private const int LongestQuote = 40;
    private readonly RequestProblems _problems = new();

    /// <summary>Everything found as one error; null if nothing was.</summary>
    public ServerError? Error => _problems.Any ? _problems.ToError() : null;

    /// <summary>The field that a name in JSON means: its own there, or that of the protos.</summary>
    public static FieldDescriptor? FieldOf(MessageDescriptor message, string name) =>
        message.Fields.InFieldNumberOrder().FirstOrDefault(field => field.JsonName == name || field.Name == name);

    /// <summary>Looks at the fields of an object.</summary>
    public void Check(string path, JsonElement value, MessageDescriptor message)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            Add(path, $"an object ({message.Name})", value);
            return;
        }

        var chosen = new Dictionary<OneofDescriptor, FieldDescriptor>();
        foreach (var property in value.EnumerateObject().TakeWhile(_ => _problems.Violations.Count < Enough))
        {
            // Names that the message does not have are UnknownNames' business, and null is as good as absent.
            if (FieldOf(message, property.Name) is not { } field || property.Value.ValueKind == JsonValueKind.Null)
            {
                continue;
            }

            var inner = path.Length == 0 ? field.Name : $"{path}.{field.Name}";
            Check(inner, property.Value, field);
            if (field.RealContainingOneof is { } choice && !chosen.TryAdd(choice, field) && chosen[choice] != field)
            {
                _problems.Add(inner, $"'{chosen[choice].Name}' and '{field.Name}' exclude each other: send one of them.");
            }
        }
    }

    /// <summary>Looks at the values of a field.</summary>
    public void Check(string path, JsonElement value, FieldDescriptor field)
    {
        if (field.IsMap && value.ValueKind == JsonValueKind.Object)
        {
            foreach (var entry in value.EnumerateObject().TakeWhile(_ => _problems.Violations.Count < Enough))
            {
                One($"{path}.{entry.Name}", entry.Value, field.MessageType.FindFieldByNumber(2));
            }
        }
        else if (field.IsRepeated && !field.IsMap && value.ValueKind == JsonValueKind.Array)
        {
            foreach (var (i, element) in value.EnumerateArray().Index().TakeWhile(_ => _problems.Violations.Count < Enough))
            {
                One($"{path}[{i}]", element, field);
            }
        }
        else if (field.IsRepeated)
        {
            Add(path, field.IsMap ? "an object with a value for each name" : "an array", value);
        }
        else
        {
            One(path, value, field);
        }
    }

    /// <summary>A field is there more often than it can be.</summary>
    public void AddRepeated(string path, int times) => _problems.Add(path, $"Must be given once, but was given {times} times.");

    private void One(string path, JsonElement value, FieldDescriptor field)
    {
        if (field.FieldType == FieldType.Message && !JsonForm.IsValue(field.MessageType))
        {
            Check(path, value, field.MessageType);
        }
        else if (JsonForm.Instead(field, value) is { } instead)
        {
            Add(path, instead, value);
        }
    }

    private void Add(string path, string instead, JsonElement value) => _problems.Add(path, $"Must be {instead}, but was {Quote(value)}.");

    private static string Quote(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        _ => Cutting.Head(value.GetRawText(), LongestQuote),
    };
}
