using FlashDiffusion.Noise;
using static TorchSharp.torch;

namespace FlashDiffusion.Conformance;

/// <summary>Random vectors that are the same everywhere.</summary>
internal static class Draws
{
    public static Tensor Normal(long[] shape, ulong seed)
    {
        var values = new float[shape.Aggregate(1L, (product, side) => product * side)];
        new CounterNoise(seed).FillNormal(NoisePurpose.Inner, 0, 0, values);
        return tensor(values, shape);
    }

    public static double Dot(Tensor a, Tensor b) => (a.detach().to(ScalarType.Float64) * b.detach().to(ScalarType.Float64)).sum().item<double>();
}
