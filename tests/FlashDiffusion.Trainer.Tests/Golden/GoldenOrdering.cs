using FlashDiffusion.Models.Networks;
using FlashDiffusion.Models.Operators;
using FlashDiffusion.Models.Operators.Official;
using FlashDiffusion.Testing;
using FlashDiffusion.Trainer.Statistics;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Tests.Golden;

/// <summary>How well predicted severities order the levels of a picture, and the predictions of an encoder on official degradations.</summary>
internal static class GoldenOrdering
{
    private const double Tolerance = 1e-5;

    public static void Check(TrainingCase golden)
    {
        var predictions = golden.Tensors["var_preds"];
        if (golden.Tensors.Has("clean"))
        {
            var own = Predict(golden);
            GoldenAssert.RelativeL2("var_preds", predictions, own, Tolerance);
        }

        var rows = Rows(predictions);
        TrainingCase.Near("ord_acc", golden.Number("ord_acc"), rows.Average(row => OrderingAccuracy.Of(row)), Tolerance);
        TrainingCase.Near("ord_loss", golden.Number("ord_loss"), rows.Average(row => OrderingAccuracy.Loss(row)), Tolerance);
        if (golden.Tensors.Has("per_sample_acc"))
        {
            var expected = golden.Tensors.Values("per_sample_acc");
            Assert.All(rows.Zip(expected), pair => TrainingCase.Near("per_sample_acc", pair.Second, OrderingAccuracy.Of(pair.First), Tolerance));
        }
    }

    private static Tensor Predict(TrainingCase golden)
    {
        using var ungraded = no_grad();
        var network = NetworkFactory.SeverityEncoder(NetworkConfig.Parse(TrainingCase.Model("ldm_tiny").GetProperty("first_stage_config")));
        FormulaWeights.Fill(network, prefix: "encoder.");
        var op = golden.Json.GetProperty("op");
        var degradation = new OfficialDegradation(op.GetProperty("operator"), GoldenFolder.File("operators"));
        var noise = op.GetProperty("noise");
        var level = new OfficialNoiseLevel(noise.GetProperty("sigma_min").GetDouble(), noise.GetProperty("sigma_max").GetDouble());
        var clean = golden.Tensors["clean"];
        var picture = new PictureShape((int)clean.shape[2], (int)clean.shape[3]);
        var count = (int)golden.Tensors["var_preds"].shape[1];
        var columns = Enumerable.Range(0, count).Select(i =>
        {
            var t = (float)i / (count - 1);
            var spec = degradation.Spec(t);
            using var forward = OperatorFamilies.Find(spec.Name)!.Bind([.. Enumerable.Repeat(spec, (int)clean.shape[0])], picture, CPU);
            return network.Forward(forward.Forward(clean) + (golden.Tensors[$"noise_standard_normal.{i}"] * (2 * level.Std(t)))).Variance;
        });
        return stack(columns, dim: 1);
    }

    private static double[][] Rows(Tensor predictions)
    {
        var levels = (int)predictions.shape[1];
        return [.. predictions.to(ScalarType.Float64).data<double>().ToArray().Chunk(levels)];
    }
}
