namespace FlashDiffusion.Models.Networks;

/// <summary>The constructor arguments of the published autoencoders; those that only training reads are ignored.</summary>
internal sealed record FirstStageConfig
{
    public required int EmbedDim { get; init; }

    /// <summary>Codes of the codebook, for quantised autoencoders only.</summary>
    public int? NEmbed { get; init; }

    public required AutoencoderShape Ddconfig { get; init; }
}
