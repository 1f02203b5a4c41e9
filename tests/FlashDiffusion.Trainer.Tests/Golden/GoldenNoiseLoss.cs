using FlashDiffusion.Models.Networks;
using FlashDiffusion.Schedules;
using FlashDiffusion.Testing;
using FlashDiffusion.Trainer.Diffusion;
using FlashDiffusion.Trainer.Optimisation;
using static TorchSharp.torch;
using AdamW = FlashDiffusion.Trainer.Optimisation.AdamW;
using Parameter = TorchSharp.Modules.Parameter;

namespace FlashDiffusion.Trainer.Tests.Golden;

/// <summary>The diffusion loss, its gradients, two steps of AdamW and the moving average after each.</summary>
internal static class GoldenNoiseLoss
{
    private const string Prefix = "model.diffusion_model.";
    private const double Forward = 1e-5;
    private const double Gradient = 3e-5;
    private const double Step = 1e-4;

    public static void Check(TrainingCase golden)
    {
        var model = golden.Model();
        using var network = NetworkFactory.UNet(NetworkConfig.Parse(model.GetProperty("unet_config")));
        FormulaWeights.Fill(network, Prefix, seedPrefix: "ema|");
        var parameters = network.named_parameters().ToDictionary(pair => Prefix + pair.name, pair => pair.parameter);
        List<TrainableParameter> trained = [.. parameters.Select(pair => new TrainableParameter(pair.Key, pair.Value))];
        // The average starts from the weights of a checkpoint of its own.
        using var average = new WeightAverage(trained, limit: 0.9999);
        FormulaWeights.Fill(network, Prefix);
        var schedule = NoiseSchedule.Create(model.GetProperty("timesteps").GetInt32(), model.GetProperty("linear_start").GetDouble(), model.GetProperty("linear_end").GetDouble());
        var loss = new PublishedNoiseLoss
        {
            Distance = golden.Json.GetProperty("loss_type").GetString() == "l1" ? NoiseDistance.Absolute : NoiseDistance.Squared,
            BoundWeight = golden.Number("original_elbo_weight"),
        };
        using var adam = new AdamW(trained, new AdamWSettings(1e-3) { Beta2 = 0.999, WeightDecay = 0.01 });

        var terms = Terms(golden, network, schedule, loss);
        TrainingCase.Near("loss", golden.Number("loss"), terms.Loss.item<float>(), Forward);
        var logged = golden.Json.GetProperty("dict");
        TrainingCase.Near("simple", logged.GetProperty("train/loss_simple").GetDouble(), terms.Simple.item<float>(), Forward);
        TrainingCase.Near("bound", logged.GetProperty("train/loss_vlb").GetDouble(), terms.Bound.item<float>(), Forward);
        Advance(golden, 1, terms.Loss, parameters, adam, average);

        var second = Terms(golden, network, schedule, loss);
        TrainingCase.Near("loss_step2", golden.Number("loss_step2"), second.Loss.item<float>(), Step);
        Advance(golden, 2, second.Loss, parameters, adam, average);
    }

    private static PublishedNoiseTerms Terms(TrainingCase golden, UNetModel network, NoiseSchedule schedule, PublishedNoiseLoss loss)
    {
        var timesteps = golden.Tensors["t"].data<long>().ToArray();
        return loss.Of(network, schedule, golden.Tensors["x_start"], timesteps, golden.Tensors["noise"]);
    }

    private static void Advance(TrainingCase golden, int step, Tensor loss, Dictionary<string, Parameter> parameters, AdamW adam, WeightAverage average)
    {
        foreach (var parameter in parameters.Values)
        {
            parameter.grad = null;
        }

        loss.backward();
        if (step == 1)
        {
            var norm = Math.Sqrt(parameters.Values.Sum(parameter => parameter.grad!.to(ScalarType.Float64).square().sum().item<double>()));
            TrainingCase.Near("grad_norm", golden.Number("grad_norm"), norm, Gradient);
            Compare(golden, "grad:", name => parameters[name].grad!, Gradient);
        }

        adam.Step(step, 1);
        average.Update(step);
        var averages = average.State().ToDictionary(pair => pair.Key, pair => pair.Value);
        Compare(golden, $"after_step{step}:", name => parameters[name], Step);
        Compare(golden, $"ema_after_step{step}:", name => averages["average." + name], Step);
    }

    private static void Compare(TrainingCase golden, string prefix, Func<string, Tensor> actual, double tolerance)
    {
        List<string> names = [.. golden.Tensors.Names.Where(name => name.StartsWith(prefix, StringComparison.Ordinal))];
        Assert.NotEmpty(names);
        Assert.All(names, name => GoldenAssert.RelativeL2(name, golden.Tensors[name], actual(name[prefix.Length..]), tolerance));
    }
}
