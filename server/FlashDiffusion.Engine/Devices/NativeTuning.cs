using System.Runtime.InteropServices;

namespace FlashDiffusion.Engine.Devices;

/// <summary>
/// Settings of the C library that must stand before libtorch is loaded. By default, malloc maps every big tensor anew, and gives freed
/// memory back to the kernel after every step, which costs 1.3 to 1.5 times a step's time at larger batches; and OpenMP's endless
/// spinning makes a step fifty times slower as soon as another process wants the core. Only on Linux with glibc; elsewhere nothing
/// happens.
/// </summary>
internal static class NativeTuning
{
    private const int TrimThreshold = -1;
    private const int MmapMaximum = -4;
    private const int ArenaMaximum = -8;

    private static readonly Lazy<bool> Applied = new(ApplyOnce);

    /// <summary>Applies the settings; later calls do nothing. Call before anything touches torch.</summary>
    /// <returns>Whether they were applied.</returns>
    public static bool Apply() => Applied.Value;

    /// <summary>
    /// Gives what malloc keeps free back to the kernel, so that whoever takes it again is seen to; it keeps it from then on as before. Only on Linux with glibc.
    /// </summary>
    public static void GiveBack()
    {
        if (OperatingSystem.IsLinux() && IsGlibc())
        {
            _ = TrimMalloc(0);
        }
    }

    private static bool ApplyOnce()
    {
        if (!OperatingSystem.IsLinux() || !IsGlibc())
        {
            return false;
        }

        // What the operator has set stays. Ten times the spinning saves a tenth of a small step on an idle machine, and costs three times
        // the step where another process wants the core. glibc ignores a threshold for mapping above 32 MB, so mapping is turned off. The arenas of
        // threads other than the first are made of small heaps that come and go with every step, so there is one arena for all.
        return SetEnvironment("GOMP_SPINCOUNT", "1000", overwrite: 0) == 0
            && SetMallocOption(MmapMaximum, 0) == 1
            && SetMallocOption(TrimThreshold, int.MaxValue) == 1
            && SetMallocOption(ArenaMaximum, 1) == 1;
    }

    private static bool IsGlibc()
    {
        try
        {
            return LibcVersion() != IntPtr.Zero;
        }
        catch (Exception exception) when (exception is EntryPointNotFoundException or DllNotFoundException)
        {
            return false;
        }
    }

    // .NET keeps an environment of its own; libgomp reads the native one when it is loaded.
    [DllImport("libc", EntryPoint = "setenv", CharSet = CharSet.Ansi, BestFitMapping = false, ThrowOnUnmappableChar = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int SetEnvironment(string name, string value, int overwrite);

    [DllImport("libc", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int SetMallocOption(int option, int value);

    [DllImport("libc", EntryPoint = "gnu_get_libc_version")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern IntPtr LibcVersion();

    [DllImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.System32)]
    private static extern int TrimMalloc(nuint pad);
}
