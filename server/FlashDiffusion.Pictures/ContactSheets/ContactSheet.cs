using FlashDiffusion.Pictures.Geometry;

namespace FlashDiffusion.Pictures.ContactSheets;

/// <summary>Labelled rows of pictures on white paper, for people to look at. The same input gives the same sheet on every machine.</summary>
public sealed record ContactSheet
{
    private const int Margin = 16;
    private const int Gap = 10;
    private const int TextScale = 2;
    private const int TextHeight = (Glyphs.Height * TextScale) + 6;

    private static readonly Colour Ink = new(0.10f, 0.10f, 0.12f);
    private static readonly Colour Faded = new(0.42f, 0.42f, 0.45f);

    /// <summary>Rows from top to bottom, at least one.</summary>
    public required IReadOnlyList<ContactSheetRow> Rows { get; init; }

    /// <summary>The line above everything; empty for none.</summary>
    public string Title { get; init; } = "";

    /// <summary>Longer side of every shown picture, in pixels.</summary>
    public int CellSide { get; init; } = 192;

    /// <summary>How pictures come to that size.</summary>
    public ContactSheetScaling Scaling { get; init; }

    /// <summary>Draws the sheet.</summary>
    public Picture Draw()
    {
        var rows = Rows.Select(row => new { row.Label, Cells = row.Cells.Select(Fit).ToArray() }).ToArray();
        var columns = new int[rows.Max(row => row.Cells.Length)];
        foreach (var row in rows)
        {
            for (var i = 0; i < row.Cells.Length; i++)
            {
                columns[i] = Math.Max(columns[i], WidthOf(row.Cells[i]));
            }
        }

        var text = rows.Select(row => Canvas.Measure(row.Label, TextScale)).Append(Canvas.Measure(Title, TextScale)).Max();
        var width = (2 * Margin) + Math.Max(columns.Sum() + (Gap * (columns.Length - 1)), text);
        var height = (2 * Margin) + LineOf(Title) + rows.Sum(row => HeightOf(row.Label, row.Cells)) + (Gap * (rows.Length - 1));
        var canvas = new Canvas(width, height, Colour.White);
        canvas.Write(Title, Margin, Margin, TextScale, Ink);
        var top = Margin + LineOf(Title);
        foreach (var row in rows)
        {
            DrawRow(canvas, row.Label, row.Cells, columns, top);
            top += HeightOf(row.Label, row.Cells) + Gap;
        }

        return canvas.ToPicture();
    }

    private static void DrawRow(Canvas canvas, string label, ContactSheetCell[] cells, int[] columns, int top)
    {
        canvas.Write(label, Margin, top, TextScale, Ink);
        var cellTop = top + LineOf(label);
        var pictureTop = cellTop + cells.Max(cell => LineOf(cell.Label));
        var left = Margin;
        for (var i = 0; i < cells.Length; i++)
        {
            canvas.Write(cells[i].Label, left, cellTop, TextScale, Ink);
            canvas.Draw(cells[i].Picture, left, pictureTop);
            canvas.Write(cells[i].Note, left, pictureTop + cells[i].Picture.Height + 6, TextScale, Faded);
            left += columns[i] + Gap;
        }
    }

    private static int WidthOf(ContactSheetCell cell) => Math.Max(
        cell.Picture.Width, Math.Max(Canvas.Measure(cell.Label, TextScale), Canvas.Measure(cell.Note, TextScale)));

    private static int HeightOf(string label, ContactSheetCell[] cells) =>
        LineOf(label) + cells.Max(cell => LineOf(cell.Label)) + cells.Max(cell => cell.Picture.Height + LineOf(cell.Note));

    private static int LineOf(string text) => text.Length == 0 ? 0 : TextHeight;

    private ContactSheetCell Fit(ContactSheetCell cell)
    {
        var (picture, longer) = (cell.Picture, Math.Max(cell.Picture.Width, cell.Picture.Height));
        if (Scaling == ContactSheetScaling.Nearest && longer <= CellSide)
        {
            return cell with { Picture = picture.Magnify(CellSide / longer) };
        }

        var width = Math.Max(1, (int)Math.Round((double)picture.Width * CellSide / longer));
        var height = Math.Max(1, (int)Math.Round((double)picture.Height * CellSide / longer));
        return longer == CellSide ? cell : cell with { Picture = picture.Resize(width, height) };
    }
}
