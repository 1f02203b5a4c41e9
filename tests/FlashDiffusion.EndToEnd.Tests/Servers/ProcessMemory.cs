using System.Globalization;

namespace FlashDiffusion.EndToEnd.Tests.Servers;

/// <summary>What Linux knows of the memory of a process; nothing elsewhere.</summary>
internal static class ProcessMemory
{
    /// <summary>Forgets the most that a process held so far.</summary>
    /// <returns>Bytes that it holds now; 0 where that is not known.</returns>
    public static long ResetPeak(int process)
    {
        if (!OperatingSystem.IsLinux())
        {
            return 0;
        }

        File.WriteAllText($"/proc/{process}/clear_refs", "5");
        return Of(process, "VmRSS:");
    }

    /// <summary>The most bytes that a process has held since; 0 where that is not known.</summary>
    public static long PeakBytes(int process) => OperatingSystem.IsLinux() ? Of(process, "VmHWM:") : 0;

    private static long Of(int process, string name) =>
        1024 * long.Parse(File.ReadLines($"/proc/{process}/status").First(line => line.StartsWith(name, StringComparison.Ordinal))[name.Length..^2].Trim(), CultureInfo.InvariantCulture);
}
