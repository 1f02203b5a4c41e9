namespace FlashDiffusion.EndToEnd.Tests.Interop.Grid;

/// <summary>A client that fills a row of the grid.</summary>
internal interface IGridClient
{
    /// <summary>Its name in the grid.</summary>
    string Name { get; }

    /// <summary>Methods that it has to call.</summary>
    IReadOnlyCollection<string> Methods { get; }

    /// <summary>
    /// Fills the row: every cell by itself, at last, once <see cref="GridRow.ReadyAsync"/> lets it, that in which a server is killed.
    /// </summary>
    Task RunAsync(GridRow row, CancellationToken cancellation);
}
