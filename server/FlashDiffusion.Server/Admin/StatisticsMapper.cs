using FlashDiffusion.Engine.Forecasts;
using FlashDiffusion.Engine.Telemetry;
using Google.Protobuf.WellKnownTypes;

namespace FlashDiffusion.Server.Admin;

/// <summary>Statistics as the protocol has them.</summary>
internal static class StatisticsMapper
{
    /// <summary>What became of the requests of a model and solver.</summary>
    public static V1.SolverStatistics Solver(TallyKey key, TallyCounts counts)
    {
        var statistics = new V1.SolverStatistics
        {
            Model = key.Model,
            ModelVersion = key.Version,
            Solver = key.Solver,
            Completed = counts.Completed,
            Failed = counts.Failed,
            Cancelled = counts.Cancelled,
            QueueTime = Duration.FromTimeSpan(counts.QueueTime),
            ComputeTime = Duration.FromTimeSpan(counts.ComputeTime),
            LastEndTime = counts.LastEnd is { } end ? Timestamp.FromDateTimeOffset(end) : null,
        };
        statistics.Batches.AddRange(counts.Batches.OrderBy(batch => batch.Key).Select(
            batch => new V1.BatchStatistics { Size = batch.Key, Count = batch.Value.Count, Time = Duration.FromTimeSpan(batch.Value.Time) }));
        return statistics;
    }

    /// <summary>What a device has learned.</summary>
    public static V1.DeviceStatistics Device(DeviceStatistics device)
    {
        var statistics = new V1.DeviceStatistics { Device = device.Device };
        if (device.MemoryBudget is { } budget)
        {
            statistics.MemoryBudgetBytes = budget;
        }

        statistics.Lanes.AddRange(device.Lanes.OrderByDescending(lane => LaneCurve.UnitsOf(lane.Curve)).Take(LaneCurve.Most).Select(Lane));
        return statistics;
    }

    private static V1.LaneCurve Lane(LaneStatistics lane)
    {
        var key = lane.Key;
        var curve = new V1.LaneCurve
        {
            Stage = key.Stage.ToString(),
            Model = key.Model,
            Runner = key.Runner,
            Kind = key.Kind,
            Operator = key.Operator,
            WorkingSize = Size(key.Working),
            PictureSize = Size(key.Picture),
            Compatibility = key.Compatibility == Compatibility.Official ? V1.Compatibility.Official : V1.Compatibility.Standard,
            Batch = lane.Batch,
        };
        curve.Points.AddRange(lane.Curve.Select(Point));
        curve.Operators.AddRange(lane.Operators.Select(Operator));
        if (lane.BytesPerRow is { } bytes)
        {
            curve.BytesPerRow = (long)bytes;
        }

        if (lane.MemoryRows is { } rows)
        {
            curve.MemoryRows = rows;
        }

        return curve;
    }

    private static V1.OperatorCurve Operator(OperatorCurve of)
    {
        var curve = new V1.OperatorCurve { Operator = of.Operator };
        curve.Points.AddRange(of.Points.Select(Point));
        return curve;
    }

    private static V1.CurvePoint Point(CurvePoint point) =>
        new() { Rows = point.Rows, Time = Duration.FromTimeSpan(TimeSpan.FromSeconds(point.Seconds)), Count = point.Count };

    private static V1.PictureSize Size(PictureShape shape) => new() { Height = shape.Height, Width = shape.Width };
}
