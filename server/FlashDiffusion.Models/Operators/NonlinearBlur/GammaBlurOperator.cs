using FlashDiffusion.Models.Operators.Separable;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators.NonlinearBlur;

/// <summary>A(x) = 2 (k * u^gamma + epsilon)^(1/gamma) - 1 with u = max(0, (x + 1)/2).</summary>
internal sealed class GammaBlurOperator : IForwardOperator
{
    // Without it the gradient of the root is infinite where no light comes.
    private const float Epsilon = 1e-6f;
    private readonly SeparableOperator _blur;
    private readonly Tensor _gammas;
    private readonly Tensor _roots;

    /// <param name="blur">The blur of each row; owned. Its kernels are not negative.</param>
    /// <param name="gammas">One exponent a row.</param>
    /// <param name="device">Where it computes.</param>
    public GammaBlurOperator(SeparableOperator blur, float[] gammas, Device device)
    {
        _blur = blur;
        _gammas = tensor(gammas, [gammas.Length, 1, 1, 1], device: device).DetachFromDisposeScope();
        _roots = tensor(Array.ConvertAll(gammas, gamma => 1 / gamma), [gammas.Length, 1, 1, 1], device: device).DetachFromDisposeScope();
    }

    public int Rows => _blur.Rows;

    public Tensor Forward(Tensor pictures)
    {
        using var scope = NewDisposeScope();
        var light = ((pictures + 1) / 2).clamp_min(0).pow(_gammas);
        var blurred = _blur.Forward(light) + Epsilon;
        return ((2 * blurred.pow(_roots)) - 1).MoveToOuterDisposeScope();
    }

    public Tensor Consistent(Tensor measurements) => measurements.clone();

    public Tensor ToImage(Tensor measurements) => measurements.clone();

    public void Dispose()
    {
        _blur.Dispose();
        _gammas.Dispose();
        _roots.Dispose();
    }
}
