using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Xunit;

namespace FlashDiffusion.Conformance;

/// <summary>What the catalog and the API need of names and defaults.</summary>
internal static partial class DescriptorRules
{
    public static void Check(string name, string description, ImmutableArray<ParameterDescriptor> parameters)
    {
        Assert.Matches(SnakeCase(), name);
        Assert.False(string.IsNullOrWhiteSpace(description), $"'{name}' has no description.");
        Assert.False(parameters.IsDefault, $"'{name}' has no list of parameters; an empty one is written [].");
        Assert.Equal(parameters.Length, parameters.Select(parameter => parameter.Name).Distinct(StringComparer.Ordinal).Count());
        foreach (var parameter in parameters)
        {
            Assert.Matches(SnakeCase(), parameter.Name);
            Assert.False(string.IsNullOrWhiteSpace(parameter.Description), $"The parameter '{parameter.Name}' has no description.");
            Assert.True(parameter.Kind == ParameterKind.Choice || parameter.Range.Minimum <= parameter.Range.Maximum, $"The range of '{parameter.Name}' is empty.");
            Assert.True(
                parameter.Kind == ParameterKind.Choice || parameter.Default is not { } value || parameter.Range.Contains(value.Number),
                $"The default of '{parameter.Name}', {parameter.Default}, lies outside its range.");
        }
    }

    public static void CheckVersion(string version) => Assert.Matches(Semantic(), version);

    [GeneratedRegex("^[a-z][a-z0-9_]{0,62}$")]
    private static partial Regex SnakeCase();

    [GeneratedRegex(@"^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$")]
    private static partial Regex Semantic();
}
