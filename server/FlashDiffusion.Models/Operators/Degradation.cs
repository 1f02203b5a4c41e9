using FlashDiffusion.Noise;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators;

/// <summary>Simulates measurements: y = A(x) + noise, unclipped, with noise that is a function of each row's source.</summary>
internal static class Degradation
{
    /// <summary>Degrades a batch of clean pictures.</summary>
    /// <param name="forward">A, bound to the rows.</param>
    /// <param name="pictures">x, (B, 3, H, W) in [-1, 1].</param>
    /// <param name="noiseStds">Standard deviation of each row's noise on [0, 1], 0 or more; doubled here.</param>
    /// <param name="noise">Each row's noise.</param>
    /// <returns>y, (B, measurement shape), with nothing in values that the operator removes.</returns>
    public static Tensor Apply(IForwardOperator forward, Tensor pictures, IReadOnlyList<double> noiseStds, IReadOnlyList<INoiseSource> noise)
    {
        using var scope = NewDisposeScope();
        var clean = forward.Forward(pictures);
        var elements = (int)(clean.numel() / forward.Rows);
        var values = new float[forward.Rows * elements];
        for (var row = 0; row < forward.Rows; row++)
        {
            var span = values.AsSpan(row * elements, elements);
            noise[row].FillNormal(NoisePurpose.Degrade, timestep: 0, draw: 0, span);
            var std = (float)(2 * noiseStds[row]);
            foreach (ref var value in span)
            {
                value *= std;
            }
        }

        var noisy = clean + tensor(values, clean.shape, device: clean.device);
        return forward.Consistent(noisy).MoveToOuterDisposeScope();
    }
}
