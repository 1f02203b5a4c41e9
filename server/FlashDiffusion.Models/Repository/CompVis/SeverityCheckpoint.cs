using System.Text.Json;
using FlashDiffusion.Models.Checkpoints;
using FlashDiffusion.Models.Checkpoints.Pickle;
using FlashDiffusion.Models.Checkpoints.Torch;
using FlashDiffusion.Models.Networks;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Repository.CompVis;

/// <summary>A severity encoder as the research code stores it, in either of its layouts.</summary>
/// <remarks>
/// Light: the network's own keys, and its autoencoder's configuration among the hyper-parameters. Full: the whole training module,
/// with the frozen autoencoder (<c>pretrained_...</c>) beside the network (<c>encoder.</c>), whose configuration is the model's.
/// </remarks>
internal sealed class SeverityCheckpoint : IDisposable
{
    private const string FullPrefix = "encoder.";
    private const string FrozenWord = "pretrained";

    private readonly TorchFile _file;

    private SeverityCheckpoint(TorchFile file)
    {
        _file = file;
        var hyper = file.Root.Get<PickleDict>("hyper_parameters")
            ?? throw new CheckpointException($"'{file.Source}' is no severity encoder: it holds no hyper_parameters.");
        var operatorConfig = hyper.Get<PickleDict>("operator_config")
            ?? throw new CheckpointException($"'{file.Source}' is no severity encoder: its hyper_parameters name no operator_config.");
        Training = OfficialTraining.Of(PickleJson.Of(operatorConfig), PickleJson.Of(hyper.Get<PickleDict>("noise_config")));
        FirstStage = hyper.Get<PickleDict>("model_config") is { } config ? NetworkConfig.Parse(PickleJson.Of(config)) : null;
    }

    /// <summary>What it was trained on.</summary>
    public OfficialTraining Training { get; }

    /// <summary>Configuration of the autoencoder whose latents it predicts; null where the file leaves it to the model's.</summary>
    public NetworkConfig? FirstStage { get; }

    /// <exception cref="CheckpointException">It is damaged, malicious or no severity encoder.</exception>
    public static SeverityCheckpoint Open(string path)
    {
        var file = TorchFile.Open(path);
        try
        {
            return new SeverityCheckpoint(file);
        }
        catch (Exception exception)
        {
            file.Dispose();
            throw exception is NetworkConfigException or JsonException
                ? new CheckpointException($"The hyper_parameters of '{file.Source}' are not understood: {exception.Message}", exception)
                : exception;
        }
    }

    /// <summary>Builds and fills the network.</summary>
    /// <param name="modelFirstStage">Configuration of the model's autoencoder.</param>
    /// <param name="device">Where it will run.</param>
    public SeverityEncoderNetwork Load(NetworkConfig modelFirstStage, Device device)
    {
        var full = FirstStage is null;
        return NetworkLoading.Fill(
            NetworkFactory.SeverityEncoder(FirstStage ?? modelFirstStage),
            _file,
            device,
            full ? key => FullPrefix + key : null,
            full ? key => !key.Contains(FullPrefix, StringComparison.Ordinal) || key.Contains(FrozenWord, StringComparison.Ordinal) : null);
    }

    public void Dispose() => _file.Dispose();
}
