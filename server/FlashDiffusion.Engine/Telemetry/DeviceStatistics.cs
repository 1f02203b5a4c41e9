using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Engine.Devices;

namespace FlashDiffusion.Engine.Telemetry;

/// <summary>What a device does and has learned. Immutable.</summary>
/// <param name="Device">Its label.</param>
/// <param name="Load">What it has to do.</param>
/// <param name="MemoryBudget">Bytes that the rows of a step may use; null if only experience counts.</param>
/// <param name="Lanes">What is known of each kind of work.</param>
internal sealed record DeviceStatistics(string Device, EngineLoad Load, long? MemoryBudget, ImmutableArray<LaneStatistics> Lanes)
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(2);

    /// <summary>Asks every device; one that does not answer in time, as in a step that hangs, shows no lanes.</summary>
    /// <param name="fleet">The devices.</param>
    /// <param name="ask">Runs a reading on a device's thread.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public static async Task<ImmutableArray<DeviceStatistics>> OfAsync(
        DeviceFleet fleet, Func<int, Func<StrongBox<ImmutableArray<LaneStatistics>>>, Task<DeviceAnswer<StrongBox<ImmutableArray<LaneStatistics>>>>> ask, CancellationToken cancellation)
    {
        var labels = DeviceNames.Labels(fleet.Names);
        return [.. await Task.WhenAll(fleet.Loops.Select(async (loop, device) =>
        {
            ImmutableArray<LaneStatistics>? lanes = null;
            try
            {
                lanes = (await ask(device, () => new StrongBox<ImmutableArray<LaneStatistics>>(loop.Statistics())).WaitAsync(Patience, cancellation)).Value?.Value;
            }
            catch (TimeoutException)
            {
                // What it is busy with matters more.
            }

            return new DeviceStatistics(labels[device], loop.Load, loop.Memory.Bytes, lanes ?? []);
        }))];
    }
}
