using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>The start values of PyTorch's layers: uniform in +-1/sqrt(fan-in) for maps, one and zero for norms.</summary>
internal static class UniformFill
{
    /// <summary>Fills a map's parameters; <paramref name="toZero"/> is for last layers of residual branches, which start as the identity.</summary>
    public static void FanIn(Parameter weight, Parameter? bias, bool toZero, Generator generator)
    {
        var fanIn = weight.numel() / weight.shape[0];
        var bound = toZero ? 0 : 1 / Math.Sqrt(fanIn);
        Symmetric(weight, bound, generator);
        if (bias is not null)
        {
            Symmetric(bias, bound, generator);
        }
    }

    /// <summary>Fills with values uniform in [-bound, bound).</summary>
    public static void Symmetric(Parameter target, double bound, Generator generator)
    {
        using var ungraded = no_grad();
        using var values = rand(target.shape, generator: generator);
        values.mul_(2 * bound).sub_(bound);
        target.copy_(values);
    }

    /// <summary>A normalisation that starts as nothing but the normalisation.</summary>
    public static void OneAndZero(Parameter weight, Parameter bias)
    {
        using var ungraded = no_grad();
        weight.fill_(1);
        bias.fill_(0);
    }
}
