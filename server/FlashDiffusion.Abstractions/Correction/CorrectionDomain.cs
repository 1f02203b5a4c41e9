namespace FlashDiffusion.Correction;

/// <summary>Where a hard data-consistency problem is solved.</summary>
public enum CorrectionDomain
{
    /// <summary>Nowhere: the predicted clean latent stays as it is.</summary>
    None,

    /// <summary>Over pixels, then encoded: cheap, but what the encoder can't hold is lost.</summary>
    Image,

    /// <summary>Over latents, through the decoder.</summary>
    Latent,
}
