using System.Runtime.InteropServices;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>Where a tensor's numbers lie. TorchSharp gives them as a span of a contiguous tensor only.</summary>
internal static unsafe partial class TensorAddress
{
    /// <summary>Address of the first number of a float32 tensor on the CPU; it holds as long as the tensor does.</summary>
    public static float* Of(Tensor tensor) => (float*)Data(tensor.Handle);

    [LibraryImport("LibTorchSharp", EntryPoint = "THSTensor_data")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial void* Data(nint tensor);
}
