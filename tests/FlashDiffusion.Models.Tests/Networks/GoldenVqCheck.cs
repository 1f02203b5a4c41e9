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
        var tensors = golden.Tensors;
        var x = tensors["x"].requires_grad_();
        golden.Check("enc_out", network.Encoder.Forward(x));
        var h = network.EncodeMode(x);
        golden.Check("h", h);
        golden.Check("grad_x_encode", Gradient(h, tensors["probe_z"], x), GoldenNetsCase.Gradient);

        // Quantised from the reference latents, so that rounding in the encoder can't move a code.
        var reference = tensors["h"];
        var quantization = network.Quantizer.Forward(reference);
        var margins = network.Quantizer.Margins(reference);
        golden.CheckIndices("indices", quantization.Indices, margins);
        golden.Check("quant", quantization.Latents);
        golden.Check("vq_loss", quantization.Loss.view(golden.Tensors["vq_loss"].shape));
        CheckSmallestMargin(golden, "h_vq_margin_min", margins);
    }

    private static void Decoding(GoldenNetsCase golden, VqAutoencoder network)
    {
        var tensors = golden.Tensors;
        var z = tensors["z"].requires_grad_();
        var quantization = network.Quantizer.Forward(z);
        var margins = network.Quantizer.Margins(z);
        golden.CheckIndices("z_indices", quantization.Indices, margins);
        golden.Check("z_quant", quantization.Latents);
        CheckSmallestMargin(golden, "z_vq_margin_min", margins);

        var decoded = network.Decode(z, quantize: true);
        golden.Check("dec", decoded);
        golden.Check("grad_z", Gradient(decoded, tensors["probe"], z), GoldenNetsCase.Gradient);

        var unquantized = network.Decode(z, quantize: false);
        golden.Check("dec_not_quantized", unquantized);
        golden.Check("grad_z_not_quantized", Gradient(unquantized, tensors["probe"], z), GoldenNetsCase.Gradient);
    }

    private static void CheckSmallestMargin(GoldenNetsCase golden, string name, Tensor margins)
        => Assert.Equal(golden.Tensors.Values(name)[0], margins.min().item<float>(), GoldenNetsCase.MarginOfDoubt);

    private static Tensor Gradient(Tensor output, Tensor probe, Tensor input) => autograd.grad([(output * probe).sum()], [input])[0];
}
