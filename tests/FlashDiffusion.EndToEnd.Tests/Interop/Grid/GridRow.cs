namespace FlashDiffusion.EndToEnd.Tests.Interop.Grid;

/// <summary>What one client has reported, and where it stands on the way to the kill.</summary>
/// <param name="client">The client.</param>
internal sealed class GridRow(IGridClient client)
{
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<GridCell> _cells = [];
    private string _end = "";

    public string Client => client.Name;

    /// <summary>Whether it waits for the kill, or has ended.</summary>
    public Task IsReady => _ready.Task;

    /// <summary>Whether it has something to lose, or has ended.</summary>
    public Task HasReached => _reached.Task;

    public void Report(GridCell cell)
    {
        lock (_cells)
        {
            _cells.Add(cell);
        }
    }

    /// <summary>Runs a cell of a client within this process.</summary>
    public async Task CellAsync(string column, Func<Task<GridCell>> cell)
    {
        try
        {
            Report(await cell());
        }
        catch (Exception exception)
        {
            Report(new GridCell(column, GridOutcome.Broken, exception.ToString()));
        }
    }

    /// <summary>Waits until all clients are ready for the kill.</summary>
    public Task ReadyAsync()
    {
        _ready.TrySetResult();
        return _go.Task;
    }

    public void Go() => _go.TrySetResult();

    public void Reach() => _reached.TrySetResult();

    /// <summary>The client, run to its end; whatever it throws is its end.</summary>
    public async Task RunAsync(CancellationToken cancellation)
    {
        try
        {
            await client.RunAsync(this, cancellation);
        }
        catch (Exception exception)
        {
            _end = exception.ToString();
        }
        finally
        {
            Reach();
            _ready.TrySetResult();
        }
    }

    /// <summary>The cell of a column; a broken one if the client has not reported it exactly once.</summary>
    public GridCell Cell(string column)
    {
        lock (_cells)
        {
            return _cells.Where(cell => cell.Column == column).ToList() is [var only]
                ? only
                : new GridCell(column, GridOutcome.Broken, $"Not reported exactly once. {_end}".TrimEnd());
        }
    }

    /// <summary>Methods that the client called in cells that work.</summary>
    public IReadOnlyCollection<string> Called => [.. GridColumns.All.Select(Cell).Where(cell => cell.Outcome != GridOutcome.Broken).SelectMany(cell => cell.Calls ?? [])];

    /// <summary>Methods that it should have called and has not.</summary>
    public IReadOnlyCollection<string> Uncalled => [.. client.Methods.Except(Called)];
}
