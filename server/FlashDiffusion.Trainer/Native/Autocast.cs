using System.Runtime.InteropServices;
using TorchSharp;

namespace FlashDiffusion.Trainer.Native;

/// <summary>
/// bfloat16 autocast on the CPU for the current thread, which TorchSharp does not offer: convolutions and matrix products
/// run in bfloat16, weights stay float32. Use it around a forward pass only; gradients follow the recorded types.
/// </summary>
internal readonly partial struct Autocast : IDisposable
{
    private const sbyte Cpu = 0;
    private const string Library = "torch_cpu";

    private readonly bool _enabled;

    private Autocast(bool enabled) => _enabled = enabled;

    /// <summary>Turns autocast on until disposal; does nothing when <paramref name="enabled"/> is false.</summary>
    public static Autocast Begin(bool enabled)
    {
        if (enabled)
        {
            SetDtype(Cpu, (sbyte)torch.ScalarType.BFloat16);
            SetEnabled(Cpu, 1);
        }

        return new Autocast(enabled);
    }

    public void Dispose()
    {
        if (_enabled)
        {
            SetEnabled(Cpu, 0);
            // The cached bfloat16 copies of the weights are stale after the next optimiser step.
            ClearCache();
        }
    }

    [LibraryImport(Library, EntryPoint = "_ZN2at8autocast20set_autocast_enabledEN3c1010DeviceTypeEb")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial void SetEnabled(sbyte device, byte enabled);

    [LibraryImport(Library, EntryPoint = "_ZN2at8autocast18set_autocast_dtypeEN3c1010DeviceTypeENS1_10ScalarTypeE")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial void SetDtype(sbyte device, sbyte type);

    [LibraryImport(Library, EntryPoint = "_ZN2at8autocast11clear_cacheEv")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial void ClearCache();
}
