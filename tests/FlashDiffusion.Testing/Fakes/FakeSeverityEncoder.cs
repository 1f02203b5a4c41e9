using System.Collections.Immutable;
using static TorchSharp.torch;

namespace FlashDiffusion.Testing.Fakes;

/// <summary>Means of 4x4 pixels as the latent; the severity is the first pixel's red value, so that a test chooses it.</summary>
/// <param name="operatorName">Operator that it says it was trained on.</param>
internal sealed class FakeSeverityEncoder(string operatorName) : ISeverityEncoder
{
    public string OperatorName => operatorName;

    public IReadOnlyDictionary<string, ParameterRange> TrainedRanges { get; init; } = new Dictionary<string, ParameterRange>();

    public IReadOnlyDictionary<string, ImmutableArray<string>> TrainedChoices { get; init; } = new Dictionary<string, ImmutableArray<string>>();

    /// <summary>Rows of each call.</summary>
    public List<int> Batches { get; } = [];

    public SeverityEstimate Estimate(Tensor measurementPictures)
    {
        Batches.Add((int)measurementPictures.shape[0]);
        return new SeverityEstimate(
            nn.functional.avg_pool2d(measurementPictures, 4),
            measurementPictures[TensorIndex.Colon, 0, 0, 0].clone());
    }
}
