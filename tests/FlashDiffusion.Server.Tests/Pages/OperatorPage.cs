using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.Server.Tests.Pages;

/// <summary>Tables of <c>deploy/README.md</c>, the page for those who run the server.</summary>
internal static class OperatorPage
{
    private static readonly string[] Lines = File.ReadAllLines(Path.Combine(Checkout.Root, "deploy", "README.md"));

    /// <summary>The rows of the one table with these columns, cell by cell.</summary>
    public static IReadOnlyList<string[]> Table(params string[] columns)
    {
        var head = Assert.Single(Enumerable.Range(0, Lines.Length), i => Lines[i].StartsWith('|') && Cells(Lines[i]).SequenceEqual(columns));
        string[][] rows = [.. Lines.Skip(head + 2).TakeWhile(line => line.StartsWith('|')).Select(Cells)];
        Assert.NotEmpty(rows);
        Assert.All(rows, row => Assert.Equal(columns.Length, row.Length));
        return rows;
    }

    /// <summary>A cell that is a name in the typewriter's letters, without its quotes.</summary>
    public static string Name(string cell)
    {
        Assert.True(cell.Length > 2 && cell.StartsWith('`') && cell.IndexOf('`', 1) == cell.Length - 1, $"'{cell}' is no name.");
        return cell[1..^1];
    }

    private static string[] Cells(string line) => [.. line.Trim().Trim('|').Split('|').Select(cell => cell.Trim())];
}
