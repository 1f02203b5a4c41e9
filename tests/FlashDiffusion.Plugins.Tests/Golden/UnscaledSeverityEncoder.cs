using System.Collections.Frozen;
using FlashDiffusion.Models.Networks;
using static TorchSharp.torch;

namespace FlashDiffusion.Plugins.Tests.Golden;

/// <summary>A severity encoder as the research code uses it, which ignores the latent scale.</summary>
internal sealed class UnscaledSeverityEncoder(SeverityEncoderNetwork network) : ISeverityEncoder
{
    public string OperatorName => "golden";

    public IReadOnlyDictionary<string, ParameterRange> TrainedRanges => FrozenDictionary<string, ParameterRange>.Empty;

    public SeverityEstimate Estimate(Tensor measurementPictures)
    {
        var prediction = network.Forward(measurementPictures);
        return new SeverityEstimate(prediction.Mean, prediction.Variance);
    }
}
