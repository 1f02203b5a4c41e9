using System.Collections.Immutable;
using FlashDiffusion.Engine.Forecasts;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Server.Curves;

/// <summary>A step-time curve as the file has it; the names are those of <see cref="TimingKey"/>.</summary>
/// <param name="Stage">Kind of work.</param>
/// <param name="Model">Model and version.</param>
/// <param name="Runner">Solver or operator, and version.</param>
/// <param name="Kind">Kind of step.</param>
/// <param name="Operator">Forward operator; empty without one.</param>
/// <param name="Compatibility">Which formulas.</param>
/// <param name="Working">Height and width of the picture that the model works on.</param>
/// <param name="Picture">Height and width of the caller's picture.</param>
/// <param name="Points">What was measured.</param>
internal sealed record StoredLane(
    Stage Stage, string Model, string Runner, string Kind, string Operator, Compatibility Compatibility, int[] Working, int[] Picture, ImmutableArray<CurvePoint> Points)
{
    private const int LargestSide = 1 << 20;
    private const int MostRows = 1 << 20;
    private const double LongestSeconds = 1e6;
    private const long MostUnits = 1L << 50;

    /// <summary>Units that it was measured from.</summary>
    public static long UnitsOf(LaneCurve curve) => curve.Points.Sum(point => point.Count);

    /// <summary>What is stored of a curve.</summary>
    public static StoredLane Of(LaneCurve curve) => new(
        curve.Key.Stage, curve.Key.Model, curve.Key.Runner, curve.Key.Kind, curve.Key.Operator, curve.Key.Compatibility,
        [curve.Key.Working.Height, curve.Key.Working.Width], [curve.Key.Picture.Height, curve.Key.Picture.Width], curve.Points);

    /// <summary>The curve.</summary>
    /// <exception cref="InvalidDataException">No server has measured this.</exception>
    public LaneCurve Curve()
    {
        if (!Enum.IsDefined(Stage) || !Enum.IsDefined(Compatibility) || !IsShape(Working, 1) || !IsShape(Picture, 0))
        {
            throw new InvalidDataException($"a kind of work of {Model} is none.");
        }

        if (Points.IsDefaultOrEmpty || Points.Any(point => point is not { Rows: > 0 and <= MostRows, Seconds: >= 0 and <= LongestSeconds, Count: > 0 and <= MostUnits }) || Points.DistinctBy(point => point.Rows).Count() < Points.Length)
        {
            throw new InvalidDataException($"a curve of {Model} has points that nobody can have measured.");
        }

        return new LaneCurve(
            new TimingKey(Stage, Model, Runner, Kind, new PictureShape(Working[0], Working[1])) { Operator = Operator, Compatibility = Compatibility, Picture = new PictureShape(Picture[0], Picture[1]) },
            Points);
    }

    // The model always works on a picture; where nothing acts on the caller's, its size does not matter.
    private static bool IsShape(int[] sides, int smallest) => sides.Length == 2 && sides.All(side => side >= smallest && side <= LargestSide);
}
