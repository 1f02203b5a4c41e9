using System.Collections.Immutable;
using FlashDiffusion.Engine.Forecasts;

namespace FlashDiffusion.Server.Curves;

/// <summary>What a server measured, as its file has it.</summary>
/// <param name="Origin">What the times depend on.</param>
/// <param name="Models">SHA-256 of the weights of each model, by name and version.</param>
/// <param name="Devices">Curves by device, those of models in service first, of these those of the most units, at most <see cref="LaneCurve.Most"/> each.</param>
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

    /// <summary>What is of some models only.</summary>
    /// <param name="which">Whether a model is one of them, by name and version.</param>
    public StoredCurves Only(Func<string, bool> which) => this with
    {
        Models = Models.RemoveRange(Models.Keys.Where(model => !which(model))),
        Devices = [.. Devices.Select(lanes => lanes.Where(lane => which(lane.Model)).ToImmutableArray())],
    };

    /// <summary>Both, these first.</summary>
    /// <param name="others">Those of other models on the same devices.</param>
    public StoredCurves And(StoredCurves others) => this with
    {
        Models = Models.AddRange(others.Models),
        Devices = [.. Devices.Zip(others.Devices, (lanes, further) => lanes.AddRange(further)[..Math.Min(lanes.Length + further.Length, LaneCurve.Most)])],
    };

    /// <summary>Whether it has curves of a model with these weights.</summary>
    /// <param name="model">Its name and version.</param>
    /// <param name="weights">SHA-256 of its weights; empty or null if nobody knows them, and then nobody can say whether they are the same.</param>
    public bool Has(string model, string? weights) => weights is { Length: > 0 } && Models.GetValueOrDefault(model) == weights;

    /// <summary>The first half of each device's curves.</summary>
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
