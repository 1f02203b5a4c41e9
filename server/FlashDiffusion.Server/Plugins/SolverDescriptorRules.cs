using System.Text.RegularExpressions;

namespace FlashDiffusion.Server.Plugins;

/// <summary>What a solver's descriptor must keep for the catalog to show it.</summary>
internal static partial class SolverDescriptorRules
{
    /// <summary>The first rule that is broken, as a sentence; null if none is.</summary>
    public static string? Violation(SolverDescriptor? descriptor)
    {
        if (descriptor is null)
        {
            return "Its solver has no descriptor.";
        }

        if (!SnakeCase().IsMatch(descriptor.Name))
        {
            return $"The solver's name '{descriptor.Name}' is not lower_snake_case.";
        }

        var names = descriptor.Parameters.IsDefault ? [] : descriptor.Parameters.Select(parameter => parameter.Name).ToList();
        if (names.Find(name => !SnakeCase().IsMatch(name)) is { } wrong)
        {
            return $"The parameter name '{wrong}' is not lower_snake_case.";
        }

        return names.Distinct(StringComparer.Ordinal).Count() == names.Count ? null : "Two of the solver's parameters have the same name.";
    }

    [GeneratedRegex("^[a-z][a-z0-9_]{0,62}$")]
    private static partial Regex SnakeCase();
}
