using static TorchSharp.torch;

namespace FlashDiffusion.Sampling;

/// <summary>
/// Values under optimisation by AdamW (arXiv 1711.05101) with its two moments, all (B, ...). Rows may stand at different iterations and
/// learn at different rates; they never couple.
/// </summary>
/// <param name="Values">What is optimised.</param>
/// <param name="First">Running mean of the gradient.</param>
/// <param name="Second">Running mean of the squared gradient.</param>
public sealed record AdamWState(Tensor Values, Tensor First, Tensor Second)
{
    private const double FirstDecay = 0.9;
    private const double SecondDecay = 0.999;
    private const float Epsilon = 1e-8f;

    /// <summary>A fresh state.</summary>
    /// <param name="values">Where the optimisation begins.</param>
    /// <returns>The state, its moments 0.</returns>
    public static AdamWState At(Tensor values) => new(values, zeros_like(values), zeros_like(values));

    /// <summary>One update with decoupled weight decay: values (1 - rate decay) - rate m_hat / (sqrt(v_hat) + 1e-8).</summary>
    /// <param name="gradient">Gradient at the values.</param>
    /// <param name="iterations">Number of this update of each row, from 1.</param>
    /// <param name="rates">Learning rate of each row.</param>
    /// <param name="decays">Weight decay of each row.</param>
    /// <returns>The next state; its tensors are new.</returns>
    public AdamWState Next(Tensor gradient, IReadOnlyList<int> iterations, IReadOnlyList<double> rates, IReadOnlyList<double> decays)
    {
        ArgumentNullException.ThrowIfNull(gradient);
        ArgumentNullException.ThrowIfNull(iterations);
        ArgumentNullException.ThrowIfNull(rates);
        ArgumentNullException.ThrowIfNull(decays);
        var first = (First * (float)FirstDecay) + (gradient * (float)(1 - FirstDecay));
        var second = (Second * (float)SecondDecay) + (gradient * gradient * (float)(1 - SecondDecay));
        using var shrink = Column(rates.Zip(decays, (rate, decay) => 1 - (rate * decay)));
        using var step = Column(rates.Zip(iterations, (rate, count) => rate / (1 - Math.Pow(FirstDecay, count))));
        using var scale = Column(iterations.Select(count => 1 / Math.Sqrt(1 - Math.Pow(SecondDecay, count))));
        return new AdamWState((Values * shrink) - (step * first / ((second.sqrt() * scale) + Epsilon)), first, second);
    }

    private Tensor Column(IEnumerable<double> values) =>
        tensor(values.Select(value => (float)value).ToArray(), device: Values.device).reshape([Values.shape[0], .. Enumerable.Repeat(1L, (int)Values.dim() - 1)]);
}
