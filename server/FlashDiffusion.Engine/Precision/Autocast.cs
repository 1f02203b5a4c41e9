using System.Runtime.InteropServices;
using TorchSharp;

namespace FlashDiffusion.Engine.Precision;

/// <summary>
/// bfloat16 autocast for the current thread, which TorchSharp does not offer: convolutions and matrix products
/// run in bfloat16, weights stay float32. Use it around a forward pass only; gradients follow the recorded types.
/// </summary>
internal readonly partial struct Autocast : IDisposable
{
    private const string Library = "torch_cpu";

    private readonly bool _enabled;
    private readonly sbyte _device;

    private Autocast(bool enabled, sbyte device) => (_enabled, _device) = (enabled, device);

    /// <summary>Turns autocast on until disposal; does nothing when <paramref name="enabled"/> is false.</summary>
    /// <param name="enabled">Whether to do anything.</param>
    /// <param name="device">Kind of the device whose operations it changes.</param>
    public static Autocast Begin(bool enabled, DeviceType device = DeviceType.CPU)
    {
        if (enabled)
        {
            SetDtype((sbyte)device, (sbyte)torch.ScalarType.BFloat16);
            SetEnabled((sbyte)device, 1);
        }

        return new Autocast(enabled, (sbyte)device);
    }

    public void Dispose()
    {
        if (_enabled)
        {
            SetEnabled(_device, 0);
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
