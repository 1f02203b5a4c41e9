namespace FlashDiffusion.Conformance;

/// <summary>Values that follow from a descriptor: inside its range to try, outside to see refused.</summary>
internal static class ParameterVariations
{
    /// <summary>Every number half way from its default towards its smallest value, and so gentler rather than wilder.</summary>
    public static Dictionary<string, ParameterValue> Gentler(IEnumerable<ParameterDescriptor> descriptors) => descriptors
        .Where(descriptor => descriptor.Kind != ParameterKind.Choice)
        .ToDictionary(descriptor => descriptor.Name, descriptor => Towards(descriptor, descriptor.Range.Minimum), StringComparer.Ordinal);

    /// <summary>Every number a tenth of the way from its default towards its largest value.</summary>
    public static Dictionary<string, ParameterValue> Stronger(IEnumerable<ParameterDescriptor> descriptors) => descriptors
        .Where(descriptor => descriptor.Kind != ParameterKind.Choice)
        .ToDictionary(descriptor => descriptor.Name, descriptor => Towards(descriptor, descriptor.Range.Maximum, 0.1), StringComparer.Ordinal);

    /// <summary>For each word of each choice that is not its default, that word alone.</summary>
    public static IEnumerable<Dictionary<string, ParameterValue>> Words(IEnumerable<ParameterDescriptor> descriptors) =>
        from descriptor in descriptors
        where descriptor.Kind == ParameterKind.Choice
        from word in descriptor.Choices
        where ParameterValue.Of(word) != descriptor.Default
        select new Dictionary<string, ParameterValue>(StringComparer.Ordinal) { [descriptor.Name] = ParameterValue.Of(word) };

    /// <summary>Values that a parameter must not take.</summary>
    public static IEnumerable<ParameterValue> Outside(ParameterDescriptor descriptor)
    {
        if (descriptor.Kind == ParameterKind.Choice)
        {
            return [ParameterValue.Of("no such word"), ParameterValue.Of(0)];
        }

        var (smallest, largest) = (descriptor.Range.Minimum, descriptor.Range.Maximum);
        var margin = Math.Max(1, 0.01 * (largest - smallest));
        double[] numbers = [smallest - margin, largest + margin, double.NaN, double.PositiveInfinity, double.NegativeInfinity];
        var fraction = descriptor.Kind == ParameterKind.Integer ? [ParameterValue.Of(smallest + 0.5)] : Array.Empty<ParameterValue>();
        return [.. numbers.Select(ParameterValue.Of), .. fraction, ParameterValue.Of("a word")];
    }

    /// <summary>A set with one given value, whether it is allowed or not.</summary>
    public static ParameterSet With(IReadOnlyList<ParameterDescriptor> descriptors, IReadOnlyDictionary<string, ParameterValue> given) =>
        ParameterSet.Resolve(descriptors, Required(descriptors, given), "parameters", []);

    // A parameter without a default takes the middle of its range unless the caller says more.
    private static Dictionary<string, ParameterValue> Required(IReadOnlyList<ParameterDescriptor> descriptors, IReadOnlyDictionary<string, ParameterValue> given)
    {
        var values = new Dictionary<string, ParameterValue>(given, StringComparer.Ordinal);
        foreach (var descriptor in descriptors.Where(descriptor => descriptor.Default is null))
        {
            values.TryAdd(descriptor.Name, Towards(descriptor, descriptor.Range.Minimum, 0));
        }

        return values;
    }

    private static ParameterValue Towards(ParameterDescriptor descriptor, double end, double share = 0.5)
    {
        var from = descriptor.Default?.Number ?? (descriptor.Range.Minimum + descriptor.Range.Maximum) / 2;
        var value = from + (share * (end - from));
        return ParameterValue.Of(descriptor.Kind == ParameterKind.Integer ? Math.Round(value) : value);
    }
}
