using System.Collections.Immutable;
using FlashDiffusion.Engine.Forecasts;

namespace FlashDiffusion.Server.Curves;

/// <summary>What a server measured, as its file has it.</summary>
/// <param name="Origin">What the times depend on.</param>
/// <param name="Models">SHA-256 of the weights of each model, by name and version.</param>
/// <param name="Devices">Curves by device, those of the most units first, at most <see cref="LaneCurve.Most"/> each.</param>
internal sealed record StoredCurves(CurveOrigin Origin, ImmutableSortedDictionary<string, string> Models, ImmutableArray<ImmutableArray<StoredLane>> Devices)
{
    /// <summary>What is worth keeping of what was measured.</summary>
    /// <param name="origin">What the times depend on.</param>
    /// <param name="models">Weights of the models in service.</param>
    /// <param name="devices">What each device measured.</param>
    public static StoredCurves Of(CurveOrigin origin, ImmutableSortedDictionary<string, string> models, IEnumerable<ImmutableArray<LaneCurve>> devices) => new(
        origin,
        models,
        [.. devices.Select(curves => curves.Where(IsWorthKeeping(models)).OrderByDescending(curve => curve.Units).Take(LaneCurve.Most).Select(StoredLane.Of).ToImmutableArray())]);

    /// <summary>The half of each device's curves that was measured from the most units.</summary>
    public StoredCurves Half() => this with { Devices = [.. Devices.Select(lanes => lanes[..(lanes.Length / 2)])] };

    /// <summary>The curves by device, whatever the weights.</summary>
    /// <exception cref="InvalidDataException">No server has measured this.</exception>
    public ImmutableArray<ImmutableArray<LaneCurve>> Curves()
    {
        ImmutableArray<ImmutableArray<LaneCurve>> curves = [.. Devices.Select(lanes => lanes.Select(lane => lane?.Curve() ?? throw new InvalidDataException("a kind of work is null.")).ToImmutableArray())];
        return curves.All(device => device.DistinctBy(curve => curve.Key).Count() == device.Length) ? curves : throw new InvalidDataException("a kind of work is there twice.");
    }

    // Where a clock has not moved during a unit, its time says nothing.
    private static Func<LaneCurve, bool> IsWorthKeeping(ImmutableSortedDictionary<string, string> models) =>
        curve => models.ContainsKey(curve.Key.Model) && curve.Points.All(point => point.Seconds > 0);
}
