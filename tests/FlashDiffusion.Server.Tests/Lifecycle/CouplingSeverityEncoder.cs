using FlashDiffusion.Testing.Fakes;
using static TorchSharp.torch;

namespace FlashDiffusion.Server.Tests.Lifecycle;

/// <summary>The fake severity encoder on a library that adds a little of the whole batch to each severity.</summary>
/// <param name="most">The most rows that it takes; it throws where there are more.</param>
internal sealed class CouplingSeverityEncoder(int most = int.MaxValue) : ISeverityEncoder
{
    private readonly FakeSeverityEncoder _inner = new("gaussian_blur");

    public string OperatorName => _inner.OperatorName;

    public IReadOnlyDictionary<string, ParameterRange> TrainedRanges => _inner.TrainedRanges;

    public SeverityEstimate Estimate(Tensor measurementPictures)
    {
        if (measurementPictures.shape[0] > most)
        {
            throw new InvalidOperationException("No room for so many.");
        }

        var estimate = _inner.Estimate(measurementPictures);
        return estimate with { Severity = estimate.Severity + (measurementPictures.mean() * 1e-3f) };
    }
}
