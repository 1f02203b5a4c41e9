using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>The sinusoidal embedding of timesteps: cosines first, then sines, of t x 10000^(-i/half).</summary>
internal static class TimestepEmbedding
{
    private const double MaxPeriod = 10000;

    /// <param name="timesteps">Timesteps (B) of the training schedule, of any dtype.</param>
    /// <param name="channels">Width of the embedding; an odd one ends in a zero.</param>
    /// <returns>float32 (B, channels).</returns>
    public static Tensor Of(Tensor timesteps, int channels)
    {
        using var scope = NewDisposeScope();
        var half = channels / 2;
        var frequencies = arange(half, dtype: ScalarType.Float32, device: timesteps.device).mul_(-Math.Log(MaxPeriod)).div_(half).exp_();
        var angles = timesteps.to(ScalarType.Float32).unsqueeze(1) * frequencies;
        var embedding = cat([angles.cos(), angles.sin()], dim: 1);
        if (channels % 2 != 0)
        {
            embedding = nn.functional.pad(embedding, (0L, 1L));
        }

        return embedding.MoveToOuterDisposeScope();
    }
}
