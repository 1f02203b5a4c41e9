using FlashDiffusion.Models.Networks;
using FlashDiffusion.Pictures.Metrics;
using FlashDiffusion.Testing;
using FlashDiffusion.Trainer.Evaluation;
using FlashDiffusion.Trainer.Optimisation;
using FlashDiffusion.Trainer.Severity;
using static TorchSharp.torch;
using AdamW = FlashDiffusion.Trainer.Optimisation.AdamW;
using Parameter = TorchSharp.Modules.Parameter;

namespace FlashDiffusion.Trainer.Tests.Golden;

/// <summary>The severity encoder's loss, its terms, its gradients and one step of its optimiser.</summary>
internal static class GoldenSeverityLoss
{
    private const string NetworkPrefix = "encoder.";
    private const double Forward = 1e-5;
    private const double Gradient = 3e-5;

    /// <summary>A step is the sign of a gradient times the rate where the gradient is tiny, so a few elements may differ by two rates.</summary>
    private const double Step = 1e-4;

    public static void Check(TrainingCase golden)
    {
        var model = golden.Model();
        using var autoencoder = TrainingCase.FirstStage(model);
        using var network = Network(golden, model, autoencoder);
        var loss = new PublishedSeverityLoss
        {
            VarianceWeight = golden.Number("sigma_reg"),
            PictureWeight = golden.Number("img_space_reg"),
            Compatibility = Compatibility.Official,
        };
        var clean = golden.Tensors["clean"];
        var latents = autoencoder.EncodeMode(clean);
        var prediction = network.Forward(golden.Tensors["degraded_noisy"]);
        if (golden.Json.TryGetProperty("error", out _))
        {
            CheckFailure(autoencoder, prediction, latents, clean, loss);
            return;
        }

        var terms = loss.Of(autoencoder, prediction, latents, clean);

        GoldenAssert.RelativeL2("z0", golden.Tensors["z0"], latents, Forward);
        GoldenAssert.RelativeL2("z_mean", golden.Tensors["z_mean"], prediction.Mean, Forward);
        GoldenAssert.RelativeL2("z_var", golden.Tensors["z_var"], prediction.Variance, Forward);
        GoldenAssert.RelativeL2("x_pred", golden.Tensors["x_pred"], terms.Decoded, Forward);
        TrainingCase.Near("loss", golden.Number("loss"), terms.Loss.item<float>(), Forward);
        TrainingCase.Near("mean_term", golden.Number("mean_term"), terms.Mean.item<float>(), Forward);
        TrainingCase.Near("var_term", golden.Number("var_term"), prediction.Variance.mean().item<float>(), Forward);
        TrainingCase.Near("img_space_loss", golden.Number("img_space_loss"), terms.Picture.item<float>(), Forward);
        CheckSimilarity(golden, terms.Decoded, clean);
        CheckGradients(golden, network, terms.Loss);
    }

    private static SeverityEncoderNetwork Network(TrainingCase golden, System.Text.Json.JsonElement model, FirstStage autoencoder)
    {
        var network = NetworkFactory.SeverityEncoder(NetworkConfig.Parse(model.GetProperty("first_stage_config")), Compatibility.Official);
        FormulaWeights.Fill(network, NetworkPrefix);
        if (golden.Json.GetProperty("encoder_weights").GetString()!.Contains("copied from the LDM first stage", StringComparison.Ordinal))
        {
            var trained = autoencoder.state_dict();
            using var ungraded = no_grad();
            foreach (var (key, target) in network.state_dict().Where(pair => trained.ContainsKey(pair.Key)))
            {
                target.copy_(trained[key]);
            }
        }

        return network;
    }

    private static void CheckFailure(FirstStage autoencoder, SeverityPrediction prediction, Tensor latents, Tensor clean, PublishedSeverityLoss loss)
    {
        Assert.Throws<InvalidOperationException>(() => loss.Of(autoencoder, prediction, latents, clean));

        var standard = (loss with { Compatibility = Compatibility.Standard }).Of(autoencoder, prediction, latents, clean);
        Assert.True(standard.Loss.item<float>() > 0);
    }

    private static void CheckSimilarity(TrainingCase golden, Tensor decoded, Tensor clean)
    {
        foreach (var (key, border) in new[] { ("recon_ssim", SsimBorder.Cropped), ("recon_ssim_full_variant", SsimBorder.Full) })
        {
            var rows = Enumerable.Range(0, (int)clean.shape[0])
                .Average(row => StructuralSimilarity.Ssim(CropSet.ToPicture(clean.detach(), row), CropSet.ToPicture(decoded.detach(), row), border));
            Assert.InRange(rows - golden.Number(key), -2e-5, 2e-5);
        }
    }

    private static void CheckGradients(TrainingCase golden, SeverityEncoderNetwork network, Tensor loss)
    {
        loss.backward();
        var parameters = network.named_parameters().ToDictionary(pair => NetworkPrefix + pair.name, pair => pair.parameter);
        var checkedNames = golden.Json.GetProperty("params").EnumerateArray().Select(name => name.GetString()!).ToList();
        foreach (var name in checkedNames)
        {
            GoldenAssert.RelativeL2($"grad:{name}", golden.Tensors[$"grad:{name}"], parameters[name].grad!, Gradient);
        }

        TrainingCase.Near("grad_norm_all", golden.Number("grad_norm_all"), Norm(parameters.Values), Gradient);
        using var adam = new AdamW([.. parameters.Select(pair => new TrainableParameter(pair.Key, pair.Value))], new AdamWSettings(1e-3) { Beta2 = 0.999 });
        adam.Step(1, 1);
        foreach (var name in checkedNames)
        {
            GoldenAssert.RelativeL2($"after_adam_step:{name}", golden.Tensors[$"after_adam_step:{name}"], parameters[name], Step);
        }
    }

    private static double Norm(IEnumerable<Parameter> parameters)
        => Math.Sqrt(parameters.Sum(parameter => parameter.grad is { } gradient ? gradient.to(ScalarType.Float64).square().sum().item<double>() : 0));
}
