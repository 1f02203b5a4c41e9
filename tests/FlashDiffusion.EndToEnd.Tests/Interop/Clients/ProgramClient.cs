using System.Diagnostics;
using System.Text.Json.Nodes;
using FlashDiffusion.EndToEnd.Tests.Interop.Grid;

namespace FlashDiffusion.EndToEnd.Tests.Interop.Clients;

/// <summary>A client in another language: a program that reports its cells, one JSON object a line (<c>Programs/grid_row.py</c> says which).</summary>
/// <param name="name">Its name in the grid.</param>
/// <param name="methods">Methods that it has to call.</param>
/// <param name="environment">Where the servers are, and what the program needs.</param>
/// <param name="program">The program and its arguments.</param>
internal sealed class ProgramClient(string name, IReadOnlyCollection<string> methods, IReadOnlyDictionary<string, string> environment, params string[] program) : IGridClient
{
    public string Name => name;

    public IReadOnlyCollection<string> Methods => methods;

    public async Task RunAsync(GridRow row, CancellationToken cancellation)
    {
        var start = new ProcessStartInfo(program[0], program[1..]) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        using var process = Process.Start(start)!;
        using var end = cancellation.Register(() => process.Kill(entireProcessTree: true));
        var errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
        while (await process.StandardOutput.ReadLineAsync(CancellationToken.None) is { } line)
        {
            await TakeAsync(row, line, process.StandardInput);
        }

        await process.WaitForExitAsync(CancellationToken.None);
        if (process.ExitCode != 0)
        {
            throw new InvalidOperationException($"It ended with {process.ExitCode}: {await errors}");
        }
    }

    private static async Task TakeAsync(GridRow row, string line, StreamWriter input)
    {
        var said = JsonNode.Parse(line)!.AsObject();
        if (said["cell"] is { } column)
        {
            row.Report(Cell((string)column!, said));
        }
        else if (said["ready"] is not null)
        {
            await row.ReadyAsync();
            await input.WriteLineAsync("go");
            await input.FlushAsync();
        }
        else if (said["reached"] is not null)
        {
            row.Reach();
        }
        else
        {
            throw new InvalidDataException($"The program said {line}.");
        }
    }

    private static GridCell Cell(string column, JsonObject said)
    {
        var nature = (string?)said["nature"];
        var outcome = (bool?)said["works"] != true ? GridOutcome.Broken : nature is null ? GridOutcome.Works : GridOutcome.ByNature;
        var calls = said["calls"]?.AsArray().Select(call => (string)call!).ToList();
        return new GridCell(column, outcome, nature ?? (string?)said["text"] ?? "", calls, (string?)said["bits"] ?? "");
    }
}
