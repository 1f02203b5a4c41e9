using System.Collections.Frozen;
using Google.Protobuf.Collections;

namespace FlashDiffusion.Server.Requests;

/// <summary>Reads the parameters maps of operators and solvers.</summary>
internal static class ParameterReader
{
    public static ParameterSet Read(
        IReadOnlyList<ParameterDescriptor> descriptors, MapField<string, V1.ParameterValue> given, string field, RequestProblems problems, IReadOnlyDictionary<string, double>? preset = null)
    {
        var values = (preset ?? FrozenDictionary<string, double>.Empty).ToDictionary(pair => pair.Key, pair => ParameterValue.Of(pair.Value), StringComparer.Ordinal);
        var empty = new HashSet<string>(StringComparer.Ordinal);
        foreach (var (name, value) in given.OrderBy(pair => pair.Key, StringComparer.Ordinal))
        {
            switch (value.KindCase)
            {
                case V1.ParameterValue.KindOneofCase.Number:
                    values[name] = OfNumber(descriptors.FirstOrDefault(descriptor => descriptor.Name == name), value.Number);
                    break;
                case V1.ParameterValue.KindOneofCase.Text:
                    values[name] = ParameterValue.Of(value.Text);
                    break;
                default:
                    empty.Add($"{field}.{name}");
                    problems.Add($"{field}.{name}", $"'{name}' has no value: set 'number' or 'text'.");
                    break;
            }
        }

        var found = new List<FieldViolation>();
        var resolved = ParameterSet.Resolve(descriptors, values, field, found);
        // Of what has no value it is said already; that it is required besides would be said twice.
        foreach (var violation in found.Where(violation => !empty.Contains(violation.Field)))
        {
            problems.Add(violation.Field, violation.Description);
        }

        return resolved;
    }

    // A command line knows no types: where '2' is a word to choose, 2 is that word.
    private static ParameterValue OfNumber(ParameterDescriptor? descriptor, double number)
    {
        var value = ParameterValue.Of(number);
        return descriptor is { Kind: ParameterKind.Choice } && descriptor.Choices.Contains(value.ToString()) ? ParameterValue.Of(value.ToString()) : value;
    }
}
