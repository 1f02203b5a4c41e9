using System.CommandLine;
using FlashDiffusion.Benchmarks.Macro.Reports;
using Spectre.Console;

namespace FlashDiffusion.Benchmarks.Macro;

/// <summary><c>macro</c>: figures of real server processes, driven through the client.</summary>
internal static class MacroCommand
{
    public static Command Create()
    {
        var output = new Option<FileInfo>("--output") { Description = "The JSON object; a later run adds to it.", Required = true };
        var only = new Option<string[]>("--only") { Description = $"Which figures: {string.Join(", ", MacroFigures.All.Select(figure => figure.Name))}.", AllowMultipleArgumentsPerToken = true };
        only.AcceptOnlyFromAmong([.. MacroFigures.All.Select(figure => figure.Name)]);
        var quick = new Option<bool>("--quick") { Description = "Small sizes; the figures are labelled quick." };
        var pictures = new Option<DirectoryInfo?>("--pictures") { Description = "Folder of the Kodak pictures (01.png to 24.png, 256x384); without it crops of the built-in photograph." };
        var manifest = new Option<FileInfo?>("--manifest") { Description = "Another manifest of pictures and degradations." };
        var server = new Option<string[]>("--server") { Description = "Argument of every server, for example --server=--threads=1; may be repeated." };
        var command = new Command("macro", "Figures of real server processes, driven through the client.") { output, only, quick, pictures, manifest, server };
        command.SetAction(async (parsed, cancellation) =>
        {
            var options = new MacroOptions
            {
                Output = parsed.GetValue(output)!.FullName,
                Quick = parsed.GetValue(quick),
                Pictures = parsed.GetValue(pictures)?.FullName,
                Manifest = parsed.GetValue(manifest)?.FullName,
                Server = [.. parsed.GetValue(server) ?? []],
            };
            await RunAsync(options, parsed.GetValue(only) ?? [], cancellation);
            return 0;
        });
        return command;
    }

    private static async Task RunAsync(MacroOptions options, string[] only, CancellationToken cancellation)
    {
        // Before hours of measuring, not after.
        Directory.CreateDirectory(Path.GetDirectoryName(options.Output)!);
        var file = new FigureFile(options.Output);
        var bench = new Bench(options);
        foreach (var figure in MacroFigures.All.Where(figure => only.Length == 0 ? !figure.OnlyByName : only.Contains(figure.Name)))
        {
            AnsiConsole.MarkupLineInterpolated($"[bold]{figure.Name}[/]: {figure.Description}");
            var began = TimeProvider.System.GetTimestamp();
            var figures = await figure.MeasureAsync(bench, cancellation);
            file.Add(figure.Name, figures, options, TimeProvider.System.GetElapsedTime(began));
            FigureTable.Print(figures);
        }
    }
}
