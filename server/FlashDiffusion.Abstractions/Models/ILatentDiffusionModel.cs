using FlashDiffusion.Schedules;
using static TorchSharp.torch;

namespace FlashDiffusion;

/// <summary>
/// A latent diffusion model: autoencoder, denoiser and schedule. Weights are frozen; every method may be differentiated with
/// respect to its tensor argument and returns a tensor that the caller owns. Called on the device thread only.
/// </summary>
public interface ILatentDiffusionModel
{
    /// <summary>Name under which the model is served.</summary>
    string Name { get; }

    /// <summary>Version, as in its folder of the model repository.</summary>
    string Version { get; }

    /// <summary>The schedule of the diffusion process that the denoiser was trained on.</summary>
    NoiseSchedule Schedule { get; }

    /// <summary>Device of the weights.</summary>
    Device Device { get; }

    /// <summary>Heights and widths of pictures must be multiples of this number of pixels.</summary>
    int PictureMultiple { get; }

    /// <summary>Largest height or width in pixels.</summary>
    int MaximumPictureSide { get; }

    /// <summary>
    /// Factor from the autoencoder's own latents to the diffusion model's, a positive number: <see cref="Encode"/> multiplies by it and
    /// <see cref="Decode"/> divides by it.
    /// </summary>
    double LatentScale => 1;

    /// <summary>Shape of the latent of a picture.</summary>
    /// <param name="picture">A shape whose sides are multiples of <see cref="PictureMultiple"/>.</param>
    /// <returns>The shape of its latent.</returns>
    LatentShape LatentShapeOf(PictureShape picture);

    /// <summary>Predicts the noise in each latent: always epsilon, whatever the network itself predicts.</summary>
    /// <param name="latents">z_t, (B, C, h, w), float32.</param>
    /// <param name="timesteps">Indices of the training schedule, (B), int64; rows may differ.</param>
    /// <returns>epsilon, (B, C, h, w).</returns>
    Tensor Denoise(Tensor latents, Tensor timesteps);

    /// <summary>Encodes pictures to scaled latents: the mode for KL, the unquantised code for VQ.</summary>
    /// <param name="pictures">(B, 3, H, W) in [-1, 1].</param>
    /// <returns>z_0, (B, C, h, w), multiplied by the latent scale.</returns>
    Tensor Encode(Tensor pictures);

    /// <summary>Decodes scaled latents to pictures.</summary>
    /// <param name="latents">z_0, (B, C, h, w), with the latent scale in it.</param>
    /// <param name="quantisation">What a quantised autoencoder does first.</param>
    /// <returns>(B, 3, H, W), nominally in [-1, 1], not clipped.</returns>
    Tensor Decode(Tensor latents, Quantisation quantisation);

    /// <summary>The cheap linear picture of a latent, fitted when the model was made. Costs no decoder call.</summary>
    /// <param name="latents">z_0, (B, C, h, w).</param>
    /// <returns>(B, 3, h, w) in [-1, 1], not clipped.</returns>
    Tensor Preview(Tensor latents);
}
