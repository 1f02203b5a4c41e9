using FlashDiffusion.Models.Networks;
using FlashDiffusion.Schedules;

namespace FlashDiffusion.Trainer.Networks;

/// <summary>
/// The networks of the starter model, chosen by what a guided step costs users: an f4 autoencoder with 4 channels whose decoder
/// keeps 64 channels at full resolution, a UNet of 6.8 M parameters, and the published LDM schedule.
/// </summary>
internal static class StarterArchitecture
{
    /// <summary>Side of the crops that the networks are trained on, in pixels.</summary>
    public const int CropSide = 64;

    public static FirstStageConfig FirstStage { get; } = new()
    {
        EmbedDim = 4,
        Ddconfig = new AutoencoderShape
        {
            DoubleZ = true,
            ZChannels = 4,
            Resolution = CropSide,
            InChannels = 3,
            OutCh = 3,
            Ch = 64,
            ChMult = [1, 1, 2],
            NumResBlocks = 1,
            AttnResolutions = [],
            AttnType = "none",
        },
    };

    public static UNetConfig UNet { get; } = new()
    {
        ImageSize = 16,
        InChannels = 4,
        OutChannels = 4,
        ModelChannels = 64,
        AttentionResolutions = [2, 4],
        NumResBlocks = 2,
        ChannelMult = [1, 2, 2],
        NumHeadChannels = 32,
    };

    public static NoiseSchedule Schedule { get; } = NoiseSchedule.Create(1000, 0.0015, 0.0195);
}
