using System.Text;

namespace FlashDiffusion.EndToEnd.Tests.Interop.Grid;

/// <summary>Every client against everything that it is made to do.</summary>
/// <param name="rows">Its rows.</param>
/// <param name="uninterrupted">SHA-256 of the result that a reconstruction has which nobody interrupts.</param>
internal sealed class InteropGrid(IReadOnlyList<GridRow> rows, string uninterrupted)
{
    /// <summary>Runs the clients one after the other, and then all at once through one kill.</summary>
    /// <param name="clients">The clients.</param>
    /// <param name="uninterrupted">SHA-256 of the result without a kill.</param>
    /// <param name="kill">Kills the server that all of them follow.</param>
    /// <param name="cancellation">Ends the clients.</param>
    public static async Task<InteropGrid> FillAsync(IEnumerable<IGridClient> clients, string uninterrupted, Func<Task> kill, CancellationToken cancellation)
    {
        var rows = clients.Select(client => new GridRow(client)).ToList();
        var running = new List<Task>();
        foreach (var row in rows)
        {
            running.Add(row.RunAsync(cancellation));
            await row.IsReady;
        }

        rows.ForEach(row => row.Go());
        await Task.WhenAll(rows.Select(row => row.HasReached));
        await kill();
        await Task.WhenAll(running);
        return new InteropGrid(rows, uninterrupted);
    }

    /// <summary>Everything that is not as it should be; none if all is well.</summary>
    public IReadOnlyList<string> Failures =>
    [
        .. from row in rows
           from column in GridColumns.All
           let why = Fault(row.Cell(column))
           where why is not null
           select $"{row.Client}, {column}: {why}",
        .. rows.Where(row => row.Uncalled.Count > 0).Select(row => $"{row.Client} has not called {string.Join(", ", row.Uncalled)}"),
    ];

    /// <summary>The grid as a table, with notes and the methods that were called.</summary>
    public override string ToString()
    {
        var text = new StringBuilder();
        var names = rows.Max(row => row.Client.Length);
        text.Append(' ', names).AppendJoin("", GridColumns.All.Select(column => $"  {column}")).AppendLine();
        foreach (var row in rows)
        {
            text.Append(row.Client.PadRight(names));
            text.AppendJoin("", GridColumns.All.Select(column => $"  {Word(row.Cell(column)).PadRight(column.Length)}")).AppendLine();
        }

        text.AppendLine();
        foreach (var row in rows)
        {
            foreach (var cell in GridColumns.All.Select(row.Cell).Where(cell => cell.Text.Length > 0))
            {
                text.AppendLine($"{row.Client}, {cell.Column}: {cell.Text}");
            }
        }

        text.AppendLine();
        foreach (var method in rows.SelectMany(row => row.Called).Distinct())
        {
            text.AppendLine($"{method}: {string.Join(", ", rows.Where(row => row.Called.Contains(method)).Select(row => row.Client))}");
        }

        return text.ToString();
    }

    private string Word(GridCell cell) => Fault(cell) is not null ? "BROKEN" : cell.Outcome == GridOutcome.Works ? "works" : "by nature";

    private string? Fault(GridCell cell) => cell switch
    {
        { Outcome: GridOutcome.Broken } => cell.Text,
        { Outcome: GridOutcome.ByNature, Text: "" } => "It does not say what it can't, and why.",
        { Column: GridColumns.Resume } when cell.Bits != uninterrupted => $"Other bits ({cell.Bits}) than without a kill ({uninterrupted}).",
        _ => null,
    };
}
