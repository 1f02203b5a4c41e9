using System.CommandLine;
using System.CommandLine.Invocation;
using System.Text.RegularExpressions;

namespace FlashDiffusion.Cli;

/// <summary>Says what is wrong with a command line, in the words of people.</summary>
internal static partial class ParseErrors
{
    public static async Task<int> TellAsync(ParseResult parsed, ParseErrorAction errors, TextWriter error)
    {
        // The library knows corrections of typos, but not our words.
        using var said = new StringWriter();
        errors.ShowHelp = false;
        await parsed.InvokeAsync(new InvocationConfiguration { Output = said, Error = said }).ConfigureAwait(false);
        var lines = said.ToString().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        foreach (var (sentence, suggestions) in Said(lines.Where(line => lines.Length == 1 || line != "Required command was not provided.")))
        {
            await error.WriteLineAsync($"flash: {Plain(sentence)}").ConfigureAwait(false);
            foreach (var suggestion in suggestions)
            {
                await error.WriteLineAsync($"  {suggestion}").ConfigureAwait(false);
            }
        }

        await error.WriteLineAsync($"See '{PathOf(parsed.CommandResult)} --help'.").ConfigureAwait(false);
        return ExitCode.Usage;
    }

    /// <summary>Sentences with their suggestions, which stand alone, a line each; without what was said before, and without options suggested for a value.</summary>
    private static IEnumerable<(string Sentence, List<string> Suggestions)> Said(IEnumerable<string> lines)
    {
        var all = new List<(string Sentence, List<string> Suggestions)>();
        foreach (var line in lines)
        {
            if (line.Contains(' ', StringComparison.Ordinal) || all.Count == 0)
            {
                all.Add((line, []));
            }
            else
            {
                all[^1].Suggestions.Add(line);
            }
        }

        return all
            .Where(one => one.Suggestions.Count == 0 || one.Sentence.StartsWith("'-", StringComparison.Ordinal) || one.Suggestions.Exists(suggestion => !suggestion.StartsWith('-')))
            .DistinctBy(one => one.Sentence);
    }

    private static string Plain(string line) => TypeName().Replace(line, match => match.Groups["type"].Value switch
    {
        "Int32" => "a whole number",
        "UInt64" => "a whole number, 0 or more",
        "Double" => "a number",
        _ => "a value",
    });

    private static string PathOf(System.CommandLine.Parsing.CommandResult command) => command.Parent is System.CommandLine.Parsing.CommandResult parent
        ? $"{PathOf(parent)} {command.Command.Name}"
        : "flash";

    [GeneratedRegex(@"expected type 'System\.(?:Nullable`1\[System\.)?(?<type>\w+)\]?'")]
    private static partial Regex TypeName();
}
