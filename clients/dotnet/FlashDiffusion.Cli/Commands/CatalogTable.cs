using FlashDiffusion.Cli.Display;
using FlashDiffusion.V1;
using Spectre.Console;

namespace FlashDiffusion.Cli.Commands;

/// <summary>Tables of the catalog.</summary>
internal static class CatalogTable
{
    public static Table Create(params ReadOnlySpan<string> columns)
    {
        var table = new Table().Border(TableBorder.Ascii);
        foreach (var column in columns)
        {
            table.AddColumn(column);
        }

        return table;
    }

    /// <summary>Server's texts are shown as they are, brackets included.</summary>
    public static void Add(this Table table, params string[] cells) => table.AddRow([.. cells.Select(cell => new Text(cell))]);

    public static string State(ServingState state, string reason) =>
        reason.Length > 0 ? $"{state.ToString().ToLowerInvariant()}: {reason}" : state.ToString().ToLowerInvariant();

    /// <summary>One line a parameter: name, default, range, unit and what it means.</summary>
    public static string Parameters(IEnumerable<ParameterDescriptor> parameters) => string.Join('\n', parameters.Select(Describe));

    private static string Describe(ParameterDescriptor parameter)
    {
        var range = parameter.Kind == ParameterKind.Choice
            ? string.Join('|', parameter.Choices)
            : $"{Lines.Number(parameter.Minimum)}..{Lines.Number(parameter.Maximum)}";
        var standard = parameter.DefaultValue is null ? "required" : $"default {Lines.Describe(parameter.DefaultValue)}";
        var unit = parameter.Unit.Length > 0 ? $" {parameter.Unit}" : "";
        return $"{parameter.Name}: {range}{unit}, {standard}. {parameter.Description}";
    }
}
