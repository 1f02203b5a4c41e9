using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators.Decolorisation;

/// <summary>One channel as a weighted sum of three. Weights sum to 1, so a grey picture comes back as it was.</summary>
internal sealed class ChannelMix : ILinearForwardOperator
{
    private static readonly long[] ChannelAxis = [1];
    private readonly Tensor _weights;

    /// <param name="weights">Three weights a row.</param>
    /// <param name="device">Where it computes.</param>
    public ChannelMix(IReadOnlyList<float[]> weights, Device device)
    {
        Rows = weights.Count;
        float[] values = [.. weights.SelectMany(row => row)];
        _weights = tensor(values, [weights.Count, 3, 1, 1], device: device).DetachFromDisposeScope();
    }

    public int Rows { get; }

    public Tensor Forward(Tensor pictures)
    {
        using var weighted = pictures * _weights;
        return weighted.sum(ChannelAxis, keepdim: true);
    }

    public Tensor Adjoint(Tensor measurements) => measurements * _weights;

    public Tensor Consistent(Tensor measurements) => measurements.clone();

    public Tensor ToImage(Tensor measurements) => measurements.repeat(1, 3, 1, 1);

    public void Dispose() => _weights.Dispose();
}
