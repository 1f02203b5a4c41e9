using System.Collections.Immutable;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Forecasts;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Server.Curves;

/// <summary>A step-time curve as the file has it; the names are those of <see cref="TimingKey"/>.</summary>
/// <param name="Stage">Kind of work.</param>
/// <param name="Model">Model and version, as in <c>starter/1</c>.</param>
/// <param name="Runner">Solver or operator, and version.</param>
/// <param name="Kind">Kind of step.</param>
/// <param name="Operator">Forward operator and what fixes its shape; empty without one.</param>
/// <param name="Compatibility">Which formulas.</param>
/// <param name="Working">Height and width in pixels of the picture that the model works on, from 1 to 2^20.</param>
/// <param name="Picture">Height and width in pixels of the caller's picture, from 0 (it does not matter) to 2^20.</param>
/// <param name="Points">
/// What was measured, each number of rows once and at least one: rows from 1 to <see cref="EngineOptions.LargestBatch"/>, seconds above 0 and up to 1e6, units from
/// 1 to 2^40.
/// </param>
internal sealed record StoredLane(
    Stage Stage, string Model, string Runner, string Kind, string Operator, Compatibility Compatibility, int[] Working, int[] Picture, ImmutableArray<CurvePoint> Points)
{
    private const int LargestSide = 1 << 20;
    private const double LongestSeconds = 1e6;

    // More than any device can have done; all that a file has room for can be added up.
    private const long MostUnits = 1L << 40;

    /// <summary>The same by operator, where several share units, each once; files of servers that did not keep it have none.</summary>
    public ImmutableArray<StoredOperator> Operators { get; init; } = [];

    /// <summary>What is stored of a curve.</summary>
    public static StoredLane Of(LaneCurve curve) => new(
        curve.Key.Stage, curve.Key.Model, curve.Key.Runner, curve.Key.Kind, curve.Key.Operator, curve.Key.Compatibility,
        [curve.Key.Working.Height, curve.Key.Working.Width], [curve.Key.Picture.Height, curve.Key.Picture.Width], curve.Points)
    {
        // Where a clock has not moved during a unit, its time says nothing.
        Operators = [.. curve.Operators.Where(of => of.Points.All(point => point.Seconds > 0)).Select(StoredOperator.Of)],
    };

    /// <summary>The curve.</summary>
    /// <exception cref="InvalidDataException">No server has measured this.</exception>
    public LaneCurve Curve()
    {
        if (!Enum.IsDefined(Stage) || !Enum.IsDefined(Compatibility) || !IsShape(Working, 1) || !IsShape(Picture, 0))
        {
            throw new InvalidDataException($"a kind of work of {Model} is none.");
        }

        if (Operators.IsDefault || Operators.Length > OperatorCurve.Most || Operators.Any(of => of is null) || Operators.DistinctBy(of => of.Operator).Count() < Operators.Length)
        {
            throw new InvalidDataException($"a curve of {Model} has operators that it can't have.");
        }

        if (!AreMeasured(Points) || !Operators.All(of => AreMeasured(of.Points)))
        {
            throw new InvalidDataException($"a curve of {Model} has points that nobody can have measured.");
        }

        return new LaneCurve(
            new TimingKey(Stage, Model, Runner, Kind, new PictureShape(Working[0], Working[1])) { Operator = Operator, Compatibility = Compatibility, Picture = new PictureShape(Picture[0], Picture[1]) },
            Points)
        { Operators = [.. Operators.Select(of => new OperatorCurve(of.Operator, of.Points))] };
    }

    private static bool AreMeasured(ImmutableArray<CurvePoint> points) =>
        !points.IsDefaultOrEmpty
        && points.All(point => point is { Rows: > 0 and <= EngineOptions.LargestBatch, Seconds: > 0 and <= LongestSeconds, Count: > 0 and <= MostUnits })
        && points.DistinctBy(point => point.Rows).Count() == points.Length;

    // The model always works on a picture; where nothing acts on the caller's, its size does not matter.
    private static bool IsShape(int[] sides, int smallest) => sides.Length == 2 && sides.All(side => side >= smallest && side <= LargestSide);
}
