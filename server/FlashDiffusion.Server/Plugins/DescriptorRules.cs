using System.Text.RegularExpressions;

namespace FlashDiffusion.Server.Plugins;

/// <summary>What the descriptor of a plugin's solver or operator must keep for the catalog to show it.</summary>
internal static partial class DescriptorRules
{
    /// <summary>The first rule that is broken, as a sentence; null if none is.</summary>
    public static string? Violation(SolverDescriptor? descriptor) =>
        descriptor is null ? "Its solver has no descriptor." : Violation("solver", descriptor.Name, descriptor.Parameters.IsDefault ? [] : [.. descriptor.Parameters]);

    /// <summary>The first rule that is broken, as a sentence; null if none is.</summary>
    public static string? Violation(OperatorDescriptor? descriptor) =>
        descriptor is null ? "Its operator has no descriptor."
        : descriptor.Parameters.IsDefault ? "Its operator's descriptor has no list of parameters; an empty one is fine."
        : Violation("operator", descriptor.Name, [.. descriptor.Parameters]);

    private static string? Violation(string kind, string name, IReadOnlyList<ParameterDescriptor> parameters)
    {
        if (!SnakeCase().IsMatch(name))
        {
            return $"The {kind}'s name '{name}' is not lower_snake_case.";
        }

        var names = parameters.Select(parameter => parameter.Name).ToList();
        if (names.Find(candidate => !SnakeCase().IsMatch(candidate)) is { } wrong)
        {
            return $"The parameter name '{wrong}' is not lower_snake_case.";
        }

        return names.Distinct(StringComparer.Ordinal).Count() == names.Count ? null : $"Two of the {kind}'s parameters have the same name.";
    }

    [GeneratedRegex("^[a-z][a-z0-9_]{0,62}$")]
    private static partial Regex SnakeCase();
}
