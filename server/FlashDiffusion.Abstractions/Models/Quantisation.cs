namespace FlashDiffusion;

/// <summary>How a decoder of a quantised autoencoder (VQ) treats the latent; other autoencoders ignore it.</summary>
public enum Quantisation
{
    /// <summary>Replace each latent vector by its nearest code; the gradient passes straight through.</summary>
    Nearest,

    /// <summary>Decode the latent as it is. The default for guidance, where the code's steps would make the gradient wrong.</summary>
    None,
}
