using System.Text.Json;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Requests;
using Google.Protobuf.Reflection;

namespace FlashDiffusion.Server.Http.Faults;

/// <summary>Finds names in a body of JSON that its messages do not have: who writes JSON by hand has no compiler, and the framework ignores them.</summary>
internal static class UnknownNames
{
    /// <summary>More than these help nobody.</summary>
    private const int Enough = 20;
    private const int LongestName = 40;

    /// <summary>Everything found as one error; null if nothing was, or too little of the body was kept to say.</summary>
    public static ServerError? Of(BodySkeleton body, MessageDescriptor message)
    {
        if (body.IsGivenUp || body.IsEmpty)
        {
            return null;
        }

        var problems = new RequestProblems();
        try
        {
            using var document = body.Parse();
            Look("", document.RootElement, message, problems);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException)
        {
            // The framework could read it, so what was kept of it is what can't be.
            return null;
        }

        return problems.Any ? problems.ToError() : null;
    }

    private static void Look(string path, JsonElement value, MessageDescriptor message, RequestProblems problems)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (var property in value.EnumerateObject().TakeWhile(_ => problems.Violations.Count < Enough))
        {
            var name = Cutting.Head(property.Name, LongestName);
            if (MessageFaults.FieldOf(message, property.Name) is not { } field)
            {
                problems.Add(Inside(path, name), $"{message.Name} has no '{name}'; it has {string.Join(", ", message.Fields.InFieldNumberOrder().Select(known => known.JsonName))}.");
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

    private static string Inside(string path, string name) => path.Length == 0 ? name : $"{path}.{name}";

    private static FieldDescriptor ValueOf(FieldDescriptor field) => field.IsMap ? field.MessageType.FindFieldByNumber(2) : field;

    private static IEnumerable<(string Place, JsonElement Value)> Elements(string path, JsonElement value, FieldDescriptor field) => (field.IsMap, field.IsRepeated, value.ValueKind) switch
    {
        (true, _, JsonValueKind.Object) => value.EnumerateObject().Select(entry => ($"{path}.{Cutting.Head(entry.Name, LongestName)}", entry.Value)),
        (false, true, JsonValueKind.Array) => value.EnumerateArray().Select((element, i) => ($"{path}[{i}]", element)),
        _ => [(path, value)],
    };
}
