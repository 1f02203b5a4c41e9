using System.Globalization;

namespace FlashDiffusion.Trainer.Runs;

/// <summary>
/// A CSV file of figures by step. Rows are flushed as they come; on resumption rows after the checkpoint are dropped, since
/// those steps are taken again.
/// </summary>
internal sealed class CurveTable
{
    private readonly string _path;
    private readonly List<string> _columns = [];
    private readonly List<double[]> _rows = [];

    private CurveTable(string path) => _path = path;

    public IReadOnlyList<string> Columns => _columns;

    public IReadOnlyList<double[]> Rows => _rows;

    /// <summary>Opens the table, keeping rows up to <paramref name="lastStep"/> (0 starts anew).</summary>
    public static CurveTable Open(string path, long lastStep)
    {
        var table = new CurveTable(path);
        if (lastStep > 0 && File.Exists(path))
        {
            var lines = File.ReadAllLines(path);
            table._columns.AddRange(lines[0].Split(','));
            table._rows.AddRange(lines.Skip(1).Select(Parse).Where(row => row[0] <= lastStep));
            table.Rewrite();
        }
        else
        {
            File.Delete(path);
        }

        return table;
    }

    /// <summary>Appends a row; the first one names the columns after "step" and "seconds".</summary>
    public void Append(long step, double seconds, IReadOnlyDictionary<string, double> figures)
    {
        if (_columns.Count == 0)
        {
            _columns.AddRange(["step", "seconds", .. figures.Keys]);
            Rewrite();
        }

        double[] row = [step, seconds, .. _columns.Skip(2).Select(name => figures.GetValueOrDefault(name, double.NaN))];
        _rows.Add(row);
        File.AppendAllText(_path, Format(row) + "\n");
    }

    private void Rewrite() => File.WriteAllLines(_path, [string.Join(',', _columns), .. _rows.Select(Format)]);

    private static string Format(double[] row) =>
        string.Join(',', row.Select(value => value.ToString("G7", CultureInfo.InvariantCulture)));

    private static double[] Parse(string line) =>
        [.. line.Split(',').Select(cell => double.Parse(cell, CultureInfo.InvariantCulture))];
}
