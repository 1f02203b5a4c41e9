using System.Runtime.InteropServices;
using TorchSharp;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>Feature maps (B, C, h, w) that lie in memory as (B, h, w, C): the layout in which a CPU's float32 convolutions are fastest.</summary>
/// <remarks>
/// Networks enter it with their input and leave it with their output; every layer between keeps it. It pays only together with
/// <see cref="NormActivation"/>: torch's own group normalisation is many times slower in it. What it gains stands in the README of the benchmarks.
/// Not for bfloat16, whose normalisation stays torch's, nor for graphics devices, nor before <see cref="NetworkInitialization.Fuse"/>.
/// </remarks>
internal static partial class ChannelsLastLayout
{
    private static readonly long[] ChannelsToTheEnd = [0, 2, 3, 1];
    private static readonly long[] ChannelsBack = [0, 3, 1, 2];

    /// <summary>Whether networks use it at all; benchmarks compare with and without.</summary>
    public static bool Enabled { get; set; } = true;

    /// <summary>Whether features lie so.</summary>
    public static bool Is(Tensor x)
    {
        if (x.dim() != 4)
        {
            return false;
        }

        var (shape, strides) = (x.shape, x.stride());
        var (channels, height, width) = (shape[1], shape[2], shape[3]);
        return channels > 1 && strides[1] == 1 && strides[3] == channels && strides[2] == width * channels && strides[0] == height * width * channels;
    }

    /// <summary>A network's input, laid out as the network computes fastest; always a tensor of its own, to be disposed.</summary>
    /// <param name="x">Input (B, C, h, w).</param>
    /// <param name="network">Any convolution of the network; the layout is for fused networks alone.</param>
    public static Tensor Enter(Tensor x, Convolution2d network) =>
        Enabled && network.IsFused && x.device_type == DeviceType.CPU && x.dtype == ScalarType.Float32 && AutocastIsOn((sbyte)DeviceType.CPU) == 0
            ? Pack(x)
            : x.alias();

    /// <summary>A tensor of the same numbers in this layout.</summary>
    public static Tensor Pack(Tensor x)
    {
        using var moved = x.permute(ChannelsToTheEnd);
        using var packed = moved.contiguous();
        return packed.permute(ChannelsBack);
    }

    /// <summary>A network's output in the layout in which everything else computes; disposes what came in.</summary>
    public static Tensor Leave(Tensor x)
    {
        using (x)
        {
            return x.contiguous();
        }
    }

    /// <summary>Features (B, C, h, w) of this layout as tokens (B, h w, C), without a copy.</summary>
    public static Tensor ToTokens(Tensor x)
    {
        using var moved = x.permute(ChannelsToTheEnd);
        return moved.flatten(1, 2);
    }

    /// <summary>The way back from <see cref="ToTokens"/>, without a copy.</summary>
    public static Tensor FromTokens(Tensor tokens, long height, long width)
    {
        using var map = tokens.view(tokens.shape[0], height, width, -1);
        return map.permute(ChannelsBack);
    }

    [LibraryImport("torch_cpu", EntryPoint = "_ZN2at8autocast19is_autocast_enabledEN3c1010DeviceTypeE")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.AssemblyDirectory | DllImportSearchPath.SafeDirectories)]
    private static partial byte AutocastIsOn(sbyte device);
}
