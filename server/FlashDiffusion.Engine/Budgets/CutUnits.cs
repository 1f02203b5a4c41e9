using FlashDiffusion.Engine.Samples;

namespace FlashDiffusion.Engine.Budgets;

/// <summary>
/// What a budget takes away at a time. Points of a grid alone would be too coarse for solvers whose rounds are not its moves: below a low start a grid has two or
/// three points, where hundreds of rounds are to be shortened.
/// </summary>
/// <param name="Points">Points of the trajectory that no budget shortened.</param>
/// <param name="Whole">Units of it, no fewer than points.</param>
internal readonly record struct CutUnits(int Points, int Whole)
{
    /// <summary>Those of a plan: as many as it has points, steps or network calls.</summary>
    public static CutUnits Of(SamplePlan whole)
    {
        var points = whole.Start.Index + 1;
        return new CutUnits(points, Math.Max(points, Math.Max(whole.Steps.Length, whole.NetworkCalls)));
    }

    /// <summary>Points that so many units leave, at least the start.</summary>
    public int PointsOf(int units) => (int)Math.Max(1, (long)units * Points / Whole);

    /// <summary>Share of the whole that they are.</summary>
    public double ShareOf(int units) => (double)units / Whole;
}
