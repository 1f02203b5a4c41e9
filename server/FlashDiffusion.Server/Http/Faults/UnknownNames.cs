using System.Text.Json;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Http.OpenApi;
using FlashDiffusion.Server.Requests;
using Google.Protobuf.Reflection;

namespace FlashDiffusion.Server.Http.Faults;

/// <summary>Finds names in a body of JSON, or in the query of a call without one, that its messages do not have: who writes JSON by hand has no compiler, and the framework ignores them.</summary>
internal static class UnknownNames
{
    /// <summary>More than these help nobody.</summary>
    private const int Enough = 20;
    private const int LongestName = 40;

    /// <summary>Everything found as one error, or that there is too much to look at; null if nothing was.</summary>
    public static ServerError? Of(BodySkeleton body, MessageDescriptor message)
    {
        if (body.IsEmpty)
        {
            return null;
        }

        if (body.IsGivenUp)
        {
            return RequestFaults.Error($"The body has more than {BodySkeleton.Most / 1024} KiB beside its pictures, which no {message.Name} needs: send only what {OpenApiRoute.Path} describes.");
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

    /// <summary>The same of a query; what is beyond a dot is a field of the message before it.</summary>
    public static ServerError? Of(IQueryCollection query, MessageDescriptor message)
    {
        var problems = new RequestProblems();
        foreach (var name in query.Keys.Take(Enough))
        {
            var (path, within) = ("", message);
            foreach (var part in name.Split('.'))
            {
                var field = within is null ? null : MessageFaults.FieldOf(within, part);
                if (field is null)
                {
                    Add(path, part, within, problems);
                    break;
                }

                (path, within) = (Inside(path, field.Name), field is { FieldType: FieldType.Message, IsMap: false } ? field.MessageType : null);
            }
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

    private static void Add(string path, string sent, MessageDescriptor? message, RequestProblems problems)
    {
        var name = Cutting.Head(sent, LongestName);
        problems.Add(Inside(path, name), message is null
            ? $"{path} has no '{name}': it is a value without fields."
            : $"{message.Name} has no '{name}'; it has {string.Join(", ", message.Fields.InFieldNumberOrder().Select(known => known.JsonName))}.");
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
