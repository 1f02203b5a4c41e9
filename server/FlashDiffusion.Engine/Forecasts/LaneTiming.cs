using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Forecasts;

/// <summary>Names of lanes for measurements.</summary>
internal static class LaneTiming
{
    /// <summary>What a unit of a lane's work is measured as.</summary>
    public static TimingKey Of(LaneKey lane)
    {
        var model = (ILatentDiffusionModel)lane.Model;
        var runner = lane.Runner switch
        {
            ILatentSolver solver => $"{solver.Descriptor.Name}/{solver.Descriptor.Version}",
            ISeverityEncoder encoder => encoder.OperatorName,
            _ => "",
        };
        return new TimingKey(lane.Stage, $"{model.Name}/{model.Version}", runner, lane.Kind, lane.Working)
        {
            Operator = lane.Operator,
            Picture = lane.Picture,
            Compatibility = lane.Compatibility,
        };
    }
}
