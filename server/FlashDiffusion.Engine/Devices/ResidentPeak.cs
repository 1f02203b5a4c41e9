using System.Globalization;

namespace FlashDiffusion.Engine.Devices;

/// <summary>
/// The most memory that the process held since a moment, by the kernel's own count (Linux only). On a graphics device it says nothing;
/// there the budget learns from what did not fit.
/// </summary>
/// <remarks>malloc keeps what was freed (<see cref="NativeTuning"/>), and who takes that again holds no more than before: so it is given back first.</remarks>
internal static class ResidentPeak
{
    private const string Status = "/proc/self/status";
    private const string Reset = "/proc/self/clear_refs";

    /// <summary>Begins to measure.</summary>
    /// <returns>Bytes held now; null where that can't be measured.</returns>
    public static long? Start()
    {
        try
        {
            NativeTuning.GiveBack();
            File.WriteAllText(Reset, "5");
            return Read("VmRSS:");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Bytes held at most since <see cref="Start"/>; null where that can't be measured.</summary>
    public static long? Peak()
    {
        try
        {
            return Read("VmHWM:");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    private static long? Read(string name)
    {
        var line = File.ReadLines(Status).FirstOrDefault(line => line.StartsWith(name, StringComparison.Ordinal));
        var kilobytes = line?[name.Length..].Replace("kB", "", StringComparison.Ordinal).Trim();
        return long.TryParse(kilobytes, CultureInfo.InvariantCulture, out var value) ? value * 1024 : null;
    }
}
