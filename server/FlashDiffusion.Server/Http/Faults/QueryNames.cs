using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Http.OpenApi;
using FlashDiffusion.Server.Requests;
using Google.Protobuf.Reflection;

namespace FlashDiffusion.Server.Http.Faults;

/// <summary>
/// Finds names in a query that mean nothing there, which the framework ignores: those that the message does not have, those that the path says, and all of a call
/// whose body is the request.
/// </summary>
internal static class QueryNames
{
    /// <summary>Adds everything that is found.</summary>
    public static void Find(IQueryCollection query, HttpBinding binding, RequestProblems problems)
    {
        foreach (var name in query.Keys.Take(UnknownNames.Enough))
        {
            if (MessageFaults.FieldOf(binding.Method.InputType, name) is { } field && binding.PathFields.Contains(field.Name, StringComparer.Ordinal))
            {
                problems.Add(field.Name, $"The path says it ({binding.Path}): leave it out of the query.");
            }
            else if (binding.HasBody)
            {
                AddMisplaced(name, binding, problems);
            }
            else
            {
                Walk(name, binding, problems);
            }
        }
    }

    private static void AddMisplaced(string sent, HttpBinding binding, RequestProblems problems)
    {
        var (message, head) = (binding.Method.InputType, sent.Split('.')[0]);
        var field = MessageFaults.FieldOf(message, head);
        var name = Cutting.Head(head, UnknownNames.LongestName);
        problems.Add(field?.Name ?? name, $"{binding.Verb.ToUpperInvariant()} {binding.Path} takes nothing in the query, its body is the request: " + (field is null
            ? $"leave '{name}' out; {message.Name} has {string.Join(", ", message.Fields.InFieldNumberOrder().Select(known => known.JsonName))}."
            : $"send '{field.JsonName}' in it."));
    }

    /// <summary>What is beyond a dot is a field of the message before it.</summary>
    private static void Walk(string name, HttpBinding binding, RequestProblems problems)
    {
        var (path, within) = ("", binding.Method.InputType);
        foreach (var part in name.Split('.'))
        {
            var field = within is null ? null : MessageFaults.FieldOf(within, part);
            if (field is null)
            {
                UnknownNames.Add(path, part, within, problems);
                return;
            }

            (path, within) = (UnknownNames.Inside(path, field.Name), field is { FieldType: FieldType.Message, IsMap: false } ? field.MessageType : null);
        }
    }
}
