using System.Collections.Frozen;
using System.Collections.Immutable;
using FlashDiffusion.Models.Networks;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Repository;

/// <summary>A severity encoder of the repository, with frozen weights.</summary>
internal sealed class SeverityEncoder : ISeverityEncoder, IDisposable
{
    private readonly SeverityEncoderNetwork _network;
    private readonly double _scaleFactor;

    /// <param name="operatorName">Operator family that it was trained on.</param>
    /// <param name="ranges">Smallest and largest value in training, by parameter.</param>
    /// <param name="choices">Words of the operator's choices in training, by parameter.</param>
    /// <param name="network">Loaded, frozen network; this object disposes it.</param>
    /// <param name="model">The model whose latents it predicts.</param>
    public SeverityEncoder(
        string operatorName,
        IReadOnlyDictionary<string, IReadOnlyList<double>> ranges,
        IReadOnlyDictionary<string, IReadOnlyList<string>> choices,
        SeverityEncoderNetwork network,
        LatentDiffusionModel model)
    {
        if (network.Config.EmbedDim != model.LatentChannels || network.Config.Ddconfig.Downsampling != model.Downsampling)
        {
            throw new ModelRepositoryException($"It predicts latents of another shape than those of model '{model.Name}'.");
        }

        OperatorName = operatorName;
        TrainedRanges = ranges.ToFrozenDictionary(pair => pair.Key, pair => Range(pair.Key, pair.Value), StringComparer.Ordinal);
        TrainedChoices = choices.ToFrozenDictionary(pair => pair.Key, pair => pair.Value.ToImmutableArray(), StringComparer.Ordinal);
        _network = network;
        _scaleFactor = model.ScaleFactor;
    }

    public string OperatorName { get; }

    public IReadOnlyDictionary<string, ParameterRange> TrainedRanges { get; }

    public IReadOnlyDictionary<string, ImmutableArray<string>> TrainedChoices { get; }

    /// <summary>Bytes that its weights take.</summary>
    public long WeightBytes => NetworkLoading.BytesOf(_network);

    /// <remarks>Trained on the autoencoder's own latents, as published, so mean and variance are scaled to the diffusion model's here.</remarks>
    public SeverityEstimate Estimate(Tensor measurementPictures)
    {
        var prediction = _network.Forward(measurementPictures);
        if (_scaleFactor == 1)
        {
            return new SeverityEstimate(prediction.Mean, prediction.Variance);
        }

        using (prediction)
        {
            return new SeverityEstimate(prediction.Mean * _scaleFactor, prediction.Variance * (_scaleFactor * _scaleFactor));
        }
    }

    public void Dispose() => _network.Dispose();

    private static ParameterRange Range(string parameter, IReadOnlyList<double> ends)
        => ends.Count == 2 && ends[0] <= ends[1] && double.IsFinite(ends[0]) && double.IsFinite(ends[1])
            ? new ParameterRange(ends[0], ends[1])
            : throw new ModelRepositoryException($"The trained range of '{parameter}' needs a smallest and a largest number.");
}
