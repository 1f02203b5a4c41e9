using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>Posterior, sample and decoder of a KL autoencoder, with gradients of both directions.</summary>
internal static class GoldenKlCheck
{
    public static void Run(GoldenNetsCase golden)
    {
        using var network = (AutoencoderKl)golden.Prepare(NetworkFactory.FirstStage(golden.Config));
        var tensors = golden.Tensors;
        var x = tensors["x"].requires_grad_();

        golden.Check("moments", network.Moments(x));
        var posterior = network.Encode(x);
        golden.Check("mean", posterior.Mean);
        golden.Check("logvar", posterior.LogVariance);
        golden.Check("std", posterior.StandardDeviation());
        golden.Check("kl", posterior.KlDivergence());
        golden.Check("sample", posterior.Sample(tensors["eps"]));
        golden.Check("mode", posterior.Mode());
        var mode = network.EncodeMode(x);
        golden.Check("mode", mode);
        golden.Check("grad_x_mode", Gradient(mode, tensors["probe_z"], x), GoldenNetsCase.Gradient);

        var z = tensors["z"].requires_grad_();
        var decoded = network.Decode(z);
        golden.Check("dec", decoded);
        golden.Check("grad_z", Gradient(decoded, tensors["probe"], z), GoldenNetsCase.Gradient);
    }

    private static Tensor Gradient(Tensor output, Tensor probe, Tensor input) => autograd.grad([(output * probe).sum()], [input])[0];
}
