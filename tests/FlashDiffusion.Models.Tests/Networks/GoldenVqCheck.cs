using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>Encoder, quantiser and decoder of a vector-quantised autoencoder, with the straight-through gradients.</summary>
internal static class GoldenVqCheck
{
    public static void Run(GoldenNetsCase golden)
    {
        using var network = (VqAutoencoder)golden.Prepare(NetworkFactory.FirstStage(golden.Config));
        Encoding(golden, network);
        Decoding(golden, network);
    }

    private static void Encoding(GoldenNetsCase golden, VqAutoencoder network)
    {
        var x = golden.Input("x").requires_grad_();
        golden.Check("enc_out", network.Encoder.Forward(x));
        var h = network.EncodeMode(x);
        golden.Check("h", h);
        golden.CheckGradient("grad_x_encode", h, "probe_z", x);

        // Quantised from the reference latents, so that rounding in the encoder can't move a code.
        var reference = golden.Input("h");
        var quantization = network.Quantizer.Forward(reference);
        var margins = network.Quantizer.Margins(reference);
        golden.CheckIndices("indices", quantization.Indices, margins);
        golden.Check("quant", quantization.Latents);
        golden.Check("vq_loss", quantization.Loss.view(1));
        CheckSmallestMargin(golden, "h_vq_margin_min", margins);
    }

    private static void Decoding(GoldenNetsCase golden, VqAutoencoder network)
    {
        var z = golden.Input("z").requires_grad_();
        var quantization = network.Quantizer.Forward(z);
        var margins = network.Quantizer.Margins(z);
        golden.CheckIndices("z_indices", quantization.Indices, margins);
        golden.Check("z_quant", quantization.Latents);
        CheckSmallestMargin(golden, "z_vq_margin_min", margins);

        var decoded = network.Decode(z, quantize: true);
        golden.Check("dec", decoded);
        golden.CheckGradient("grad_z", decoded, "probe", z);

        var unquantized = network.Decode(z, quantize: false);
        golden.Check("dec_not_quantized", unquantized);
        golden.CheckGradient("grad_z_not_quantized", unquantized, "probe", z);
    }

    private static void CheckSmallestMargin(GoldenNetsCase golden, string name, Tensor margins)
    {
        if (golden.Has(name))
        {
            Assert.Equal(golden.Input(name).item<float>(), margins.min().item<float>(), GoldenNetsCase.MarginOfDoubt);
        }
    }
}
