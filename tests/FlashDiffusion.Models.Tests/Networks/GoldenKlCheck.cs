namespace FlashDiffusion.Models.Networks;

/// <summary>Posterior, sample and decoder of a KL autoencoder, with gradients of both directions.</summary>
internal static class GoldenKlCheck
{
    public static void Run(GoldenNetsCase golden)
    {
        using var network = (AutoencoderKl)golden.Prepare(NetworkFactory.FirstStage(golden.Config));
        var x = golden.Input("x").requires_grad_();

        golden.Check("moments", network.Moments(x));
        var posterior = network.Encode(x);
        golden.Check("mean", posterior.Mean);
        golden.Check("logvar", posterior.LogVariance);
        golden.Check("std", posterior.StandardDeviation());
        golden.Check("kl", posterior.KlDivergence());
        if (golden.Has("eps"))
        {
            golden.Check("sample", posterior.Sample(golden.Input("eps")));
        }

        golden.Check("mode", posterior.Mode());
        var mode = network.EncodeMode(x);
        golden.Check("mode", mode);
        golden.CheckGradient("grad_x_mode", mode, "probe_z", x);

        var z = golden.Input("z").requires_grad_();
        var decoded = network.Decode(z);
        golden.Check("dec", decoded);
        golden.CheckGradient("grad_z", decoded, "probe", z);
    }
}
