using FlashDiffusion.Models.Operators;
using FlashDiffusion.Noise;
using FlashDiffusion.Schedules;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Evaluation;

/// <summary>What one look at the degraded crops gives: measurements, predicted mean latents and severities.</summary>
internal sealed class MeasuredCrops
{
    private const int Rows = 16;

    private MeasuredCrops(IReadOnlyList<MeasuredCrop> crops) => Crops = crops;

    public IReadOnlyList<MeasuredCrop> Crops { get; }

    /// <summary>Degrades every crop at its own level and asks the severity encoder.</summary>
    public static MeasuredCrops Of(EvaluatedModel model, EvaluatedOperator evaluated, CropSet crops)
    {
        var measured = new List<MeasuredCrop>(crops.Count);
        foreach (var indices in Enumerable.Range(0, crops.Count).Chunk(Rows))
        {
            using var scope = NewDisposeScope();
            using var guard = no_grad();
            var levels = indices.Select(index => crops.Crops[index].Level).ToList();
            using var forward = Bind(evaluated, crops, indices, levels);
            var measurements = Degrade(forward, evaluated, crops, indices, levels);
            var image = forward.ToImage(measurements);
            var estimate = model.Estimate(evaluated.Name, image);
            var decoded = model.Decode(estimate.Mean, Quantisation.Nearest);
            for (var row = 0; row < indices.Length; row++)
            {
                measured.Add(new MeasuredCrop(
                    Values(measurements[row]),
                    Values(estimate.Mean[row]),
                    estimate.Variance[row].item<float>(),
                    CropSet.ToPicture(image, row),
                    CropSet.ToPicture(decoded, row)));
            }
        }

        return new MeasuredCrops(measured);
    }

    /// <summary>Measurements of some crops at given levels, (B, 3, H, W), removed values as the consistency term wants them.</summary>
    public static Tensor Degrade(
        IForwardOperator forward, EvaluatedOperator evaluated, CropSet crops, IReadOnlyList<int> indices, IReadOnlyList<double> levels) =>
        Degradation.Apply(
            forward,
            crops.Tensor(indices),
            [.. levels.Select(evaluated.NoiseStd)],
            [.. indices.Select((index, row) => new CounterNoise((ulong)NoiseSeed(crops.Crops[index], levels[row])))]);

    public static IForwardOperator Bind(EvaluatedOperator evaluated, CropSet crops, IReadOnlyList<int> indices, IReadOnlyList<double> levels) =>
        evaluated.Family.Bind(
            [.. indices.Select((index, row) => evaluated.Spec(levels[row], crops.Crops[index].Seed))],
            new PictureShape(crops.Side, crops.Side),
            CPU);

    /// <summary>The paper's start latent for a severity, and the first timestep.</summary>
    public static (int Index, float[] Latent) Start(EvaluatedModel model, MeasuredCrop measured, float severity, double correction, long seed)
    {
        var start = StartStep.Find(model.Schedule.SignalToNoise, severity, (float)correction);
        var noise = new float[measured.Mean.Length];
        new CounterNoise((ulong)seed).FillNormal(NoisePurpose.Start, 0, 0, noise);
        return (start.Index, [.. measured.Mean.Zip(noise, (mean, draw) => (start.SignalScale * mean) + (start.NoiseScale * draw))]);
    }

    // Fresh noise at every level of a crop: common noise would make levels easier to tell apart than users' pictures are.
    private static long NoiseSeed(EvaluationCrop crop, double level) => crop.Seed + ((long)Math.Round(level * 1e6) << 31);

    private static float[] Values(Tensor tensor) => tensor.contiguous().data<float>().ToArray();
}
