using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>A fused network's convolution weight in the layout of <see cref="ChannelsLastLayout"/>, made when a map of that layout first needs it.</summary>
/// <remarks>
/// Without it every call would rearrange the weight, which costs a small map more than the layout brings. The plain one stays for bfloat16, so memory
/// of these weights doubles on a CPU in float32: the largest, which are most of a large network's bytes, are therefore rearranged in each call.
/// </remarks>
internal sealed class PackedWeight : IDisposable
{
    /// <summary>Numbers of the largest weight that is worth a second copy: 16 MB.</summary>
    private const long Most = 4 * 1024 * 1024;

    private Tensor? _packed;

    /// <summary>One for this weight; null if it is too large, or the same in every layout as a pointwise kernel is.</summary>
    public static PackedWeight? For(Tensor weight) => weight.shape[2] > 1 && weight.numel() <= Most ? new PackedWeight() : null;

    /// <summary>The weight to convolve <paramref name="x"/> with.</summary>
    /// <param name="x">Features.</param>
    /// <param name="weight">The weight, which never changes any more.</param>
    public Tensor For(Tensor x, Tensor weight)
    {
        if (!ChannelsLastLayout.Is(x))
        {
            return weight;
        }

        if (_packed is null)
        {
            var packed = ChannelsLastLayout.Pack(weight).DetachFromDisposeScope();
            // Two devices' threads may share a network.
            if (Interlocked.CompareExchange(ref _packed, packed, null) is not null)
            {
                packed.Dispose();
            }
        }

        return _packed;
    }

    public void Dispose() => _packed?.Dispose();
}
