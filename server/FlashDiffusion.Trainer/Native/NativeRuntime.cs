using System.Runtime.InteropServices;

namespace FlashDiffusion.Trainer.Native;

/// <summary>
/// Process settings that must stand before libtorch is loaded. glibc otherwise returns every large block to the kernel
/// after a step (a third of the time at batch 32), and libgomp's endless spinning starves a shared machine.
/// </summary>
internal static partial class NativeRuntime
{
    private const int TrimThreshold = -1;
    private const int MmapThreshold = -3;
    private const int MmapMax = -4;

    /// <summary>Applies the settings; on systems without glibc nothing happens.</summary>
    public static void Prepare()
    {
        if (!OperatingSystem.IsLinux())
        {
            return;
        }

        try
        {
            _ = SetEnvironment("GOMP_SPINCOUNT", "10000", 0);
            _ = MallocOption(MmapThreshold, int.MaxValue);
            _ = MallocOption(TrimThreshold, int.MaxValue);
            _ = MallocOption(MmapMax, 0);
        }
        catch (Exception error) when (error is EntryPointNotFoundException or DllNotFoundException)
        {
            // Another C library: training works, only slower.
        }
    }

    // The managed Environment class keeps a copy of its own, which native libraries never see.
    [LibraryImport("libc", EntryPoint = "setenv", StringMarshalling = StringMarshalling.Utf8)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetEnvironment(string name, string value, int overwrite);

    [LibraryImport("libc", EntryPoint = "mallopt")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int MallocOption(int option, int value);
}
