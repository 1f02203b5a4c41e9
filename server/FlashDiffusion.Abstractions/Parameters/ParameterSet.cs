using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Globalization;

namespace FlashDiffusion;

/// <summary>Checked parameters of one request: every declared parameter has a value that its descriptor allows.</summary>
public sealed class ParameterSet
{
    private readonly FrozenDictionary<string, ParameterValue> _values;

    private ParameterSet(FrozenDictionary<string, ParameterValue> values) => _values = values;

    /// <summary>A set without parameters.</summary>
    public static ParameterSet Empty { get; } = new(FrozenDictionary<string, ParameterValue>.Empty);

    /// <summary>Names and values, defaults filled in.</summary>
    public IReadOnlyDictionary<string, ParameterValue> Values => _values;

    /// <summary>Value of a number or integer parameter.</summary>
    /// <param name="name">A declared parameter.</param>
    /// <returns>The number.</returns>
    /// <exception cref="KeyNotFoundException">No such parameter is declared.</exception>
    public double Number(string name) => _values[name].Number;

    /// <summary>Value of an integer parameter.</summary>
    /// <param name="name">A declared parameter.</param>
    /// <returns>The number.</returns>
    /// <exception cref="KeyNotFoundException">No such parameter is declared.</exception>
    public int Integer(string name) => (int)_values[name].Number;

    /// <summary>Value of a choice.</summary>
    /// <param name="name">A declared parameter.</param>
    /// <returns>The word.</returns>
    /// <exception cref="KeyNotFoundException">No such parameter is declared.</exception>
    public string Choice(string name) => _values[name].Text!;

    /// <summary>Checks given values against descriptors and fills in defaults.</summary>
    /// <param name="descriptors">What is declared.</param>
    /// <param name="given">What the request says.</param>
    /// <param name="path">Path of the parameters in the request, for the violations.</param>
    /// <param name="violations">Receives every violation; the returned set is complete only if none was added.</param>
    /// <returns>The checked set.</returns>
    public static ParameterSet Resolve(
        IReadOnlyList<ParameterDescriptor> descriptors,
        IReadOnlyDictionary<string, ParameterValue> given,
        string path,
        ICollection<FieldViolation> violations)
    {
        ArgumentNullException.ThrowIfNull(descriptors);
        ArgumentNullException.ThrowIfNull(given);
        ArgumentNullException.ThrowIfNull(violations);
        foreach (var name in given.Keys.Where(name => descriptors.All(d => d.Name != name)).Order(StringComparer.Ordinal))
        {
            var known = descriptors.Count == 0 ? "it has none" : "it has " + string.Join(", ", descriptors.Select(d => d.Name));
            violations.Add(new FieldViolation($"{path}.{name}", $"There is no parameter '{name}'; {known}."));
        }

        var values = new Dictionary<string, ParameterValue>(StringComparer.Ordinal);
        foreach (var descriptor in descriptors)
        {
            if (!given.TryGetValue(descriptor.Name, out var value))
            {
                if (descriptor.Default is null)
                {
                    violations.Add(new FieldViolation($"{path}.{descriptor.Name}", $"'{descriptor.Name}' is required: {Allowed(descriptor)}."));
                    continue;
                }

                value = descriptor.Default.Value;
            }
            else if (!IsAllowed(descriptor, value))
            {
                violations.Add(new FieldViolation($"{path}.{descriptor.Name}", $"'{descriptor.Name}' must be {Allowed(descriptor)}, but is {(value.Text is { } word ? $"the word \"{word}\"" : value)}."));
            }

            values[descriptor.Name] = value;
        }

        return new ParameterSet(values.ToFrozenDictionary(StringComparer.Ordinal));
    }

    /// <summary>The set with every <see cref="ParameterDescriptor.PerStep"/> number multiplied, as far as its range allows.</summary>
    /// <param name="descriptors">What is declared.</param>
    /// <param name="factor">The factor, above 0.</param>
    /// <returns>A new set.</returns>
    public ParameterSet ScaledPerStep(IReadOnlyList<ParameterDescriptor> descriptors, double factor)
    {
        ArgumentNullException.ThrowIfNull(descriptors);
        var values = _values.ToDictionary(StringComparer.Ordinal);
        foreach (var descriptor in descriptors.Where(descriptor => descriptor.PerStep && descriptor.Kind == ParameterKind.Number && values.ContainsKey(descriptor.Name)))
        {
            values[descriptor.Name] = ParameterValue.Of(Math.Clamp(factor * values[descriptor.Name].Number, descriptor.Range.Minimum, descriptor.Range.Maximum));
        }

        return new ParameterSet(values.ToFrozenDictionary(StringComparer.Ordinal));
    }

    /// <summary>
    /// What is wrong with this set, for a plan that trusts nobody: a set can be made without looking at the violations that
    /// <see cref="Resolve"/> reports.
    /// </summary>
    /// <param name="descriptors">What is declared.</param>
    /// <param name="path">Path of the parameters, for the violations.</param>
    /// <returns>One violation for each value that is missing, unknown or not allowed; empty if there is none.</returns>
    public ImmutableArray<FieldViolation> Violations(IReadOnlyList<ParameterDescriptor> descriptors, string path = "parameters")
    {
        ArgumentNullException.ThrowIfNull(descriptors);
        var violations = new List<FieldViolation>();
        foreach (var descriptor in descriptors.Where(descriptor => descriptor.Default is not null && !_values.ContainsKey(descriptor.Name)))
        {
            violations.Add(new FieldViolation($"{path}.{descriptor.Name}", $"'{descriptor.Name}' has no value: resolve parameters against the descriptor first."));
        }

        Resolve(descriptors, _values, path, violations);
        return [.. violations];
    }

    private static bool IsAllowed(ParameterDescriptor descriptor, ParameterValue value) => descriptor.Kind switch
    {
        ParameterKind.Choice => value.Text is { } text && descriptor.Choices.Contains(text),
        ParameterKind.Integer => value.Text is null && descriptor.Range.Contains(value.Number) && value.Number == Math.Floor(value.Number),
        _ => value.Text is null && descriptor.Range.Contains(value.Number),
    };

    private static string Allowed(ParameterDescriptor descriptor)
    {
        var unit = descriptor.Unit.Length == 0 ? "" : $" ({descriptor.Unit})";
        return descriptor.Kind switch
        {
            ParameterKind.Choice => "one of " + string.Join(", ", descriptor.Choices),
            ParameterKind.Integer => string.Create(CultureInfo.InvariantCulture, $"a whole number from {descriptor.Range.Minimum} to {descriptor.Range.Maximum}{unit}"),
            _ => string.Create(CultureInfo.InvariantCulture, $"a number from {descriptor.Range.Minimum} to {descriptor.Range.Maximum}{unit}"),
        };
    }
}
