using System.Globalization;
using FlashDiffusion.Engine.Scheduling;
using Microsoft.Extensions.Logging;

namespace FlashDiffusion.Engine.Telemetry;

/// <summary>What an engine has measured, for the log.</summary>
internal static class StepCurves
{
    /// <summary>Logs the step-time curves measured so far.</summary>
    /// <param name="engine">The engine.</param>
    /// <param name="logger">Log.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public static async Task LogAsync(ReconstructionEngine engine, ILogger logger, CancellationToken cancellation)
    {
        foreach (var device in (await engine.StatisticsAsync(cancellation)).Devices)
        {
            foreach (var lane in device.Lanes.Where(lane => lane.Key.Stage == Stage.Step))
            {
                var curve = string.Join(", ", lane.Curve.Select(point => string.Create(CultureInfo.InvariantCulture, $"{point.Rows}: {1000 * point.Seconds:0.#} ms")));
                Log.Curve(logger, device.Device, $"{lane.Key.Model} {lane.Key.Runner} {lane.Key.Kind}", lane.Key.Working, curve, (lane.BytesPerRow ?? 0) / 1e6, lane.Batch);
            }
        }
    }
}
