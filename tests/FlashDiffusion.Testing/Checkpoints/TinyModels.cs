using FlashDiffusion.Models.Networks;
using FlashDiffusion.Models.Repository;
using Xunit;
using static TorchSharp.torch;

namespace FlashDiffusion.Testing.Checkpoints;

/// <summary>A repository in a temporary folder with a tiny model and a tiny severity encoder in it.</summary>
internal sealed class TinyModels : IDisposable
{
    public const string Model = "tiny";
    public const string Encoder = "tiny-blur";
    public const string Operator = "gaussian_blur";
    public const string Version = "1";

    public static readonly FirstStageConfig FirstStage = new()
    {
        EmbedDim = 4,
        Ddconfig = new AutoencoderShape
        {
            Ch = 32,
            OutCh = 3,
            ChMult = [1, 1],
            NumResBlocks = 1,
            AttnResolutions = [],
            InChannels = 3,
            Resolution = 16,
            ZChannels = 4,
            AttnType = "none",
        },
    };

    public static readonly UNetConfig Unet = new()
    {
        InChannels = 4,
        OutChannels = 4,
        ModelChannels = 32,
        NumResBlocks = 1,
        AttentionResolutions = [2],
        ChannelMult = [1, 1],
        NumHeadChannels = 16,
    };

    public TinyModels()
    {
        set_num_threads(1);
    }

    public string Root { get; } = Directory.CreateTempSubdirectory("models").FullName;

    public string Folder(string name, string version = Version) => Path.Combine(Root, name, version);

    public static LatentDiffusionPackage Package(string version = Version, double scaleFactor = 1) => new()
    {
        Name = Model,
        Version = version,
        Description = "A tiny model.",
        FirstStage = Filled(new AutoencoderKl(FirstStage)),
        Unet = Filled(new UNetModel(Unet)),
        Schedule = new ScheduleManifest { LinearStart = 0.0015, LinearEnd = 0.0195 },
        ScaleFactor = scaleFactor,
        MaximumSide = 64,
        Preview = new PreviewManifest { Matrix = [[1, 0, 0, 0], [0, 1, 0, 0], [0, 0, 0.5f, 0]], Bias = [0, 0.1f, 0.2f] },
    };

    public static SeverityEncoderPackage EncoderPackage() => new()
    {
        Name = Encoder,
        Version = Version,
        Description = "A tiny severity encoder.",
        Model = Model,
        ModelVersion = Version,
        Operator = Operator,
        TrainedRanges = new Dictionary<string, ParameterRange> { ["std"] = new(0.3, 3), ["noise_std"] = new(0.05, 0.05) },
        TrainedChoices = new Dictionary<string, IReadOnlyList<string>> { ["border"] = ["reflect"] },
        Network = Filled(new SeverityEncoderNetwork(FirstStage, quantized: false)),
    };

    public void WriteAll(double scaleFactor = 1)
    {
        using var scope = NewDisposeScope();
        ModelPackager.Write(Root, Package(scaleFactor: scaleFactor));
        ModelPackager.Write(Root, EncoderPackage());
    }

    /// <summary>Changes the text of a manifest.</summary>
    public void Edit(string name, string from, string to, string version = Version)
    {
        var path = Path.Combine(Folder(name, version), ManifestFile.FileName);
        var text = File.ReadAllText(path);
        Assert.Contains(from, text, StringComparison.Ordinal);
        File.WriteAllText(path, text.Replace(from, to, StringComparison.Ordinal));
    }

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private static T Filled<T>(T network)
        where T : nn.Module
    {
        FormulaWeights.Fill(network);
        return network;
    }
}
