using System.Collections.Frozen;
using System.Collections.Immutable;
using static TorchSharp.torch;

namespace FlashDiffusion;

/// <summary>Estimates the latent of the clean picture and its error variance from one look at the measurement.</summary>
public interface ISeverityEncoder
{
    /// <summary>Name of the operator family that it was trained on.</summary>
    string OperatorName { get; }

    /// <summary>Ranges of the degradations that it was trained on, by parameter name (<c>noise_std</c> is on [0, 1]).</summary>
    IReadOnlyDictionary<string, ParameterRange> TrainedRanges { get; }

    /// <summary>Words of the operator's choices that it was trained on, by parameter name; parameters that are missing may take any. A mask of the caller's own counts as outside.</summary>
    IReadOnlyDictionary<string, ImmutableArray<string>> TrainedChoices => FrozenDictionary<string, ImmutableArray<string>>.Empty;

    /// <summary>Looks at measurements.</summary>
    /// <param name="measurementPictures"><see cref="IForwardOperator.ToImage"/> of the measurements, (B, 3, H, W) in [-1, 1], unclipped.</param>
    /// <returns>Mean latent and severity per row.</returns>
    SeverityEstimate Estimate(Tensor measurementPictures);
}
