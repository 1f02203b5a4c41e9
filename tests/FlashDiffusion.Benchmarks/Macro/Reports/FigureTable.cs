using System.Globalization;
using System.Text.Json.Nodes;
using Spectre.Console;

namespace FlashDiffusion.Benchmarks.Macro.Reports;

/// <summary>Shows figures as a table.</summary>
internal static class FigureTable
{
    public static void Print(JsonObject figures)
    {
        var table = new Table().AddColumns("figure", "value");
        Add(table, figures, "");
        AnsiConsole.Write(table);
    }

    private static void Add(Table table, JsonObject values, string prefix)
    {
        foreach (var (name, value) in values)
        {
            switch (value)
            {
                case JsonObject inner:
                    Add(table, inner, $"{prefix}{name}.");
                    break;
                case JsonArray list:
                    table.AddRow(Markup.Escape(prefix + name), $"{list.Count} entries");
                    break;
                default:
                    table.AddRow(Markup.Escape(prefix + name), Markup.Escape(Text(value)));
                    break;
            }
        }
    }

    private static string Text(JsonNode? value) =>
        value is JsonValue number && number.TryGetValue<double>(out var parsed) ? parsed.ToString("G5", CultureInfo.InvariantCulture) : value?.ToString() ?? "";
}
