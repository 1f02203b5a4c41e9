using System.Collections.Immutable;
using FlashDiffusion.Engine.Forecasts;

namespace FlashDiffusion.Server.Curves;

/// <summary>What a server measured, as its file has it.</summary>
/// <param name="Origin">What the times depend on.</param>
/// <param name="Models">SHA-256 of the weights of each model, by name and version.</param>
/// <param name="Devices">Curves by device, the ones with the most units first.</param>
internal sealed record StoredCurves(CurveOrigin Origin, ImmutableSortedDictionary<string, string> Models, ImmutableArray<ImmutableArray<StoredLane>> Devices)
{
    /// <summary>Curves kept of a device, as many as statistics show: a client that sends every size there is must not make the file too large to read.</summary>
    public const int MaximumLanes = 256;

    /// <summary>What is worth keeping of what was measured.</summary>
    /// <param name="origin">What the times depend on.</param>
    /// <param name="models">Weights of the models in service.</param>
    /// <param name="devices">What each device measured.</param>
    public static StoredCurves Of(CurveOrigin origin, ImmutableSortedDictionary<string, string> models, IEnumerable<ImmutableArray<LaneCurve>> devices) => new(
        origin,
        models,
        [.. devices.Select(curves => curves.Where(curve => models.ContainsKey(curve.Key.Model)).OrderByDescending(StoredLane.UnitsOf).Take(MaximumLanes).Select(StoredLane.Of).ToImmutableArray())]);

    /// <summary>The curves by device, whatever the weights.</summary>
    /// <exception cref="InvalidDataException">No server has measured this.</exception>
    public ImmutableArray<ImmutableArray<LaneCurve>> Curves()
    {
        ImmutableArray<ImmutableArray<LaneCurve>> curves = [.. Devices.Select(lanes => lanes.Select(lane => lane?.Curve() ?? throw new InvalidDataException("a kind of work is null.")).ToImmutableArray())];
        return curves.All(device => device.DistinctBy(curve => curve.Key).Count() == device.Length) ? curves : throw new InvalidDataException("a kind of work is there twice.");
    }
}
