using FlashDiffusion.Models.Networks;
using FlashDiffusion.Models.Repository;
using FlashDiffusion.Testing;
using static TorchSharp.torch;

namespace FlashDiffusion.Plugins.Tests.Engine;

/// <summary>A small KL latent diffusion model with attention and arbitrary weights.</summary>
internal static class TinyModel
{
    public static readonly FirstStageConfig FirstStage = new()
    {
        EmbedDim = 4,
        Ddconfig = new AutoencoderShape
        {
            Ch = 32,
            OutCh = 3,
            ChMult = [1, 1, 1],
            NumResBlocks = 1,
            AttnResolutions = [],
            InChannels = 3,
            Resolution = 32,
            ZChannels = 4,
            AttnType = "none",
        },
    };

    private static readonly UNetConfig Unet = new()
    {
        InChannels = 4,
        OutChannels = 4,
        ModelChannels = 32,
        NumResBlocks = 1,
        AttentionResolutions = [2],
        ChannelMult = [1, 2],
        NumHeadChannels = 16,
    };

    /// <summary>Makes the model; the caller disposes it.</summary>
    public static LatentDiffusionModel Create()
    {
        set_num_threads(1);
        var firstStage = new AutoencoderKl(FirstStage);
        var unet = new UNetModel(Unet);
        FormulaWeights.Fill(firstStage);
        FormulaWeights.Fill(unet);
        NetworkInitialization.Freeze(firstStage);
        NetworkInitialization.Freeze(unet);
        var weights = new WeightFile { File = "formula" };
        var manifest = new LatentDiffusionManifest
        {
            FirstStage = NetworkConfig.Of(FirstStage),
            Unet = NetworkConfig.Of(Unet),
            Schedule = new ScheduleManifest { LinearStart = 0.0015, LinearEnd = 0.0195 },
            MaximumSide = 64,
            FirstStageWeights = weights,
            UnetWeights = weights,
            Preview = new PreviewManifest { Matrix = [.. Enumerable.Repeat(new float[4], 3)], Bias = [0, 0, 0] },
            SelfCheck = new SelfCheckManifest { Numbers = weights },
        };
        return new LatentDiffusionModel(new ModelFolder("tests", "tiny", "1"), manifest, firstStage, unet, CPU);
    }
}
