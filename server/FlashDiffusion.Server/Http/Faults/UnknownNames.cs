using System.Text.Json;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Http.OpenApi;
using FlashDiffusion.Server.Requests;
using Google.Protobuf.Reflection;

namespace FlashDiffusion.Server.Http.Faults;

/// <summary>Finds names in a body of JSON that its messages do not have: who writes JSON by hand has no compiler, and the framework ignores them.</summary>
internal static class UnknownNames
{
    /// <summary>More than these help nobody.</summary>
    public const int Enough = 20;

    /// <summary>Characters of a name that was sent, in a message.</summary>
    public const int LongestName = 40;

    /// <summary>Why nobody can look for names in a body that was given up.</summary>
    public static ServerError TooMuch(MessageDescriptor message) =>
        RequestFaults.Error($"The body has more than {BodySkeleton.Most / 1024} KiB beside its pictures, which no {message.Name} needs: send only what {OpenApiRoute.Path} describes.");

    /// <summary>Adds everything that is found.</summary>
    public static void Find(BodySkeleton body, MessageDescriptor message, RequestProblems problems)
    {
        if (body.IsEmpty)
        {
            return;
        }

        try
        {
            using var document = body.Parse();
            Look("", document.RootElement, message, problems);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The framework could read it, so what was kept of it is what can't be.
        }
    }

    /// <summary>Says that there is no such name; the message is null where a value without fields was taken for one.</summary>
    public static void Add(string path, string sent, MessageDescriptor? message, RequestProblems problems)
    {
        var name = Cutting.Head(sent, LongestName);
        problems.Add(Inside(path, name), message is null
            ? $"{path} has no '{name}': it is a value without fields."
            : $"{message.Name} has no '{name}'; it has {string.Join(", ", message.Fields.InFieldNumberOrder().Select(known => known.JsonName))}.");
    }

    /// <summary>The path of a name within another.</summary>
    public static string Inside(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static void Look(string path, JsonElement value, MessageDescriptor message, RequestProblems problems)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (var property in value.EnumerateObject().TakeWhile(_ => problems.Violations.Count < Enough))
        {
            if (MessageFaults.FieldOf(message, property.Name) is not { } field)
            {
                Add(path, property.Name, message, problems);
            }
            else if (ValueOf(field) is { FieldType: FieldType.Message } inner && !JsonForm.IsValue(inner.MessageType))
            {
                foreach (var (place, element) in Elements(Inside(path, field.Name), property.Value, field))
                {
                    Look(place, element, inner.MessageType, problems);
                }
            }
        }
    }

    private static FieldDescriptor ValueOf(FieldDescriptor field) => field.IsMap ? field.MessageType.FindFieldByNumber(2) : field;

    private static IEnumerable<(string Place, JsonElement Value)> Elements(string path, JsonElement value, FieldDescriptor field) => (field.IsMap, field.IsRepeated, value.ValueKind) switch
    {
        (true, _, JsonValueKind.Object) => value.EnumerateObject().Select(entry => ($"{path}.{Cutting.Head(entry.Name, LongestName)}", entry.Value)),
        (false, true, JsonValueKind.Array) => value.EnumerateArray().Select((element, i) => ($"{path}[{i}]", element)),
        _ => [(path, value)],
    };
}
