using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Degradations;

/// <summary>Gaussian blur of std 0.3 + 2.7 t pixels with reflected edges, then noise of std 0.05 on [0,1].</summary>
/// <remarks>As M x M' with one matrix a row: cheaper than a convolution with 61 taps, and the reflection is folded in.</remarks>
internal sealed class BlurDegradation : IDegradation
{
    public const double MinimumStd = 0.3;
    public const double MaximumStd = 3.0;
    public const double NoiseStd = 0.05;
    private const int Radius = 30;
    private const double Truncation = 6;

    public string OperatorName => "gaussian_blur";

    public Tensor Degrade(Tensor clean, IReadOnlyList<double> levels, Generator generator)
    {
        var blurred = Apply(clean, levels);
        return blurred + (2 * NoiseStd * randn(clean.shape, generator: generator));
    }

    /// <summary>The blur alone.</summary>
    public static Tensor Apply(Tensor clean, IReadOnlyList<double> levels)
    {
        var rows = Matrices(levels, (int)clean.shape[2]).unsqueeze(1);
        var columns = clean.shape[2] == clean.shape[3] ? rows : Matrices(levels, (int)clean.shape[3]).unsqueeze(1);
        return rows.matmul(clean).matmul(columns.transpose(-1, -2));
    }

    private static Tensor Matrices(IReadOnlyList<double> levels, int size)
    {
        var values = new float[levels.Count * size * size];
        for (var row = 0; row < levels.Count; row++)
        {
            Fill(values.AsSpan(row * size * size, size * size), size, MinimumStd + ((MaximumStd - MinimumStd) * levels[row]));
        }

        return tensor(values, [levels.Count, size, size]);
    }

    private static void Fill(Span<float> matrix, int size, double std)
    {
        var radius = Math.Min(Radius, (int)((Truncation * std) + 0.5));
        var taps = Enumerable.Range(-radius, (2 * radius) + 1).Select(x => Math.Exp(-0.5 * x * x / (std * std))).ToArray();
        var sum = taps.Sum();
        for (var output = 0; output < size; output++)
        {
            for (var tap = 0; tap < taps.Length; tap++)
            {
                // The edge pixel itself is not repeated: ... 2 1 | 0 1 2 ...
                var input = Math.Abs(output + tap - radius);
                input = input >= size ? (2 * (size - 1)) - input : input;
                matrix[(output * size) + input] += (float)(taps[tap] / sum);
            }
        }
    }
}
