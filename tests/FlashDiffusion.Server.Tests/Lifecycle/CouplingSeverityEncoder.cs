using FlashDiffusion.Testing.Fakes;
using static TorchSharp.torch;

namespace FlashDiffusion.Server.Tests.Lifecycle;

/// <summary>The fake severity encoder on a library that adds a little of the whole batch to each severity.</summary>
internal sealed class CouplingSeverityEncoder : ISeverityEncoder
{
    private readonly FakeSeverityEncoder _inner = new("gaussian_blur");

    public string OperatorName => _inner.OperatorName;

    public IReadOnlyDictionary<string, ParameterRange> TrainedRanges => _inner.TrainedRanges;

    public SeverityEstimate Estimate(Tensor measurementPictures)
    {
        var estimate = _inner.Estimate(measurementPictures);
        return estimate with { Severity = estimate.Severity + (measurementPictures.mean() * 1e-3f) };
    }
}
