using System.Text.Json;
using FlashDiffusion.Testing;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>A published model at its real size, checked on strided slices and summaries.</summary>
/// <remarks>The case names its configuration file; the key list of the same file holds what stands in it.</remarks>
internal static class GoldenRealSizeCheck
{
    private const double Tolerance = 1e-4;

    public static void Run(string name)
    {
        using var golden = GoldenTensors.Open("nets", name + ".safetensors");
        var model = Configuration(golden.Metadata["config"]).GetProperty("params");
        UNet(golden, NetworkConfig.Parse(model.GetProperty("unet_config")));
        var firstStage = NetworkConfig.Parse(model.GetProperty("first_stage_config"));
        Autoencoder(golden, firstStage);
        Severity(golden, firstStage);
    }

    /// <summary>A model as served: noise and its gradient, decoder without quantisation, encoder.</summary>
    public static void Model(GoldenTensors golden, ILatentDiffusionModel model)
    {
        using var scope = NewDisposeScope();
        var x = golden["unet.x"].requires_grad_();
        var eps = model.Denoise(x, golden["unet.t"]);
        Check(golden, "unet.eps", eps, 8);
        Check(golden, "unet.grad", autograd.grad([(eps * golden["unet.probe"]).sum()], [x])[0], 8);
        using var ungraded = no_grad();
        Check(golden, "vq.dec_nq", model.Decode(golden["vq.z"], Quantisation.None), 8);
        Check(golden, "vq.enc_h", model.Encode(Picture(golden)), 4);
    }

    /// <summary>The model configuration that a case names by its file.</summary>
    public static JsonElement Configuration(string file)
    {
        foreach (var path in new[] { GoldenFolder.Root, GoldenFolder.Own }.SelectMany(root => Directory.EnumerateFiles(Path.Combine(root, "keys"), "*.json")))
        {
            using var keys = JsonDocument.Parse(File.ReadAllText(path));
            if (keys.RootElement.TryGetProperty("config", out var config) && config.GetString() == file
                && keys.RootElement.TryGetProperty("model_config", out var model) && model.GetProperty("params").TryGetProperty("unet_config", out _))
            {
                return model.Clone();
            }
        }

        throw new InvalidDataException($"No key list holds the configuration '{file}'.");
    }

    private static void UNet(GoldenTensors golden, NetworkConfig config)
    {
        using var scope = NewDisposeScope();
        using var network = Frozen(NetworkFactory.UNet(config));
        var x = golden["unet.x"].requires_grad_();
        var eps = network.Forward(x, golden["unet.t"]);
        Check(golden, "unet.eps", eps, 8);
        Check(golden, "unet.grad", autograd.grad([(eps * golden["unet.probe"]).sum()], [x])[0], 8);
    }

    private static void Autoencoder(GoldenTensors golden, NetworkConfig config)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        using var network = (VqAutoencoder)Frozen(NetworkFactory.FirstStage(config));
        var z = golden["vq.z"];
        var indices = golden["vq.z_indices"].to(ScalarType.Int64).view(z.shape[0], z.shape[2], z.shape[3]);
        var quantization = network.Quantizer.Forward(z);
        var certain = golden["vq.z_margin"].ge(GoldenNetsCase.MarginOfDoubt).view(indices.shape);
        Assert.Equal(0, quantization.Indices.ne(indices).logical_and(certain).sum().item<long>());

        // Decoded from the reference codes: where two codes are equally near, rounding decides, and one other code shows in the picture.
        Check(golden, "vq.dec", network.Decode(network.Quantizer.FromIndices(indices), quantize: false), 8);
        var own = network.Decode(network.Quantizer.FromIndices(quantization.Indices), quantize: false);
        GoldenAssert.RelativeL2("vq.dec quantised by the decoder", own, network.Decode(z, quantize: true), GoldenNetsCase.Forward);
        Check(golden, "vq.dec_nq", network.Decode(z, quantize: false), 8);
        Check(golden, "vq.enc_h", network.EncodeMode(Picture(golden)), 4);
    }

    private static void Severity(GoldenTensors golden, NetworkConfig config)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        using var network = Frozen(NetworkFactory.SeverityEncoder(config));
        var prediction = network.Forward(Picture(golden));
        Check(golden, "sev.mean", prediction.Mean, 4);
        GoldenAssert.RelativeL2("sev.var", golden["sev.var"], prediction.Variance, Tolerance);
    }

    private static T Frozen<T>(T network)
        where T : nn.Module
    {
        FormulaWeights.Fill(network);
        NetworkInitialization.Freeze(network);
        return network;
    }

    private static Tensor Picture(GoldenTensors golden) => (golden["vq.enc_x_u8"].to(ScalarType.Float32) / 127.5) - 1;

    private static void Check(GoldenTensors golden, string name, Tensor actual, int stride)
    {
        var every = TensorIndex.Slice(step: stride);
        GoldenAssert.RelativeL2(name, golden[$"{name}_slice{stride}"], actual.index(TensorIndex.Colon, TensorIndex.Colon, every, every), Tolerance);
        var exact = actual.detach().to(ScalarType.Float64);
        var summary = stack([exact.mean(), exact.std(unbiased: true), exact.abs().max(), exact.square().sum()]);
        GoldenAssert.RelativeL2($"{name}_summary", golden[$"{name}_summary"], summary, Tolerance);
    }
}
