using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>A fused network's convolution weight in the layout of <see cref="ChannelsLastLayout"/>, made when a map of that layout first needs it.</summary>
/// <remarks>
/// Without it every call would rearrange the weight, which costs a small map more than the layout brings. The plain one stays for bfloat16, so memory
/// of the weights doubles on a CPU in float32.
/// </remarks>
internal sealed class PackedWeight : IDisposable
{
    private Tensor? _packed;

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
