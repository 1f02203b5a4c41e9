using FlashDiffusion.Engine.Configuration;

namespace FlashDiffusion.Engine.Devices;

/// <summary>How much memory the rows of a device's steps may take.</summary>
internal static class DeviceMemory
{
    /// <summary>
    /// Bytes for the rows of a step: what the options say, else an equal part of three quarters of what the process may have, a container's limit
    /// included. A graphics device tells nobody how much it has, so it learns from what fails.
    /// </summary>
    /// <param name="options">Options.</param>
    /// <param name="device">Number of the device.</param>
    /// <returns>Bytes; null if only experience counts.</returns>
    public static long? BudgetOf(EngineOptions options, int device)
    {
        if (options.MemoryBytes > 0)
        {
            return options.MemoryBytes;
        }

        var names = DeviceNames.Of(options);
        return DeviceNames.KindOf(names[device]) == DeviceNames.Processor
            ? GC.GetGCMemoryInfo().TotalAvailableMemoryBytes * 3 / 4 / names.Count(name => DeviceNames.KindOf(name) == DeviceNames.Processor)
            : null;
    }
}
