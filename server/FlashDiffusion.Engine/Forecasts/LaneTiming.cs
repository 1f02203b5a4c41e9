using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Forecasts;

/// <summary>Names of lanes for measurements.</summary>
internal static class LaneTiming
{
    /// <summary>What <see cref="TimingKey.Model"/> calls a model.</summary>
    public static string NameOf(ILatentDiffusionModel model) => $"{model.Name}/{model.Version}";

    /// <summary>What <see cref="TimingKey.Runner"/> calls a solver.</summary>
    public static string NameOf(ILatentSolver solver) => $"{solver.Descriptor.Name}/{solver.Descriptor.Version}";

    /// <summary>What a unit of a lane's work is measured as.</summary>
    public static TimingKey Of(LaneKey lane)
    {
        var runner = lane.Runner switch
        {
            ILatentSolver solver => NameOf(solver),
            ISeverityEncoder encoder => encoder.OperatorName,
            _ => "",
        };
        return new TimingKey(lane.Stage, NameOf((ILatentDiffusionModel)lane.Model), runner, lane.Kind, lane.Working)
        {
            Operator = lane.Operator,
            Picture = lane.Picture,
            Compatibility = lane.Compatibility,
        };
    }
}
