using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Autoencoder;

/// <summary>Reconstruction loss: absolute, gradient and squared errors, and a light pull of the posterior towards the normal.</summary>
/// <param name="Absolute">Weight of the mean absolute error.</param>
/// <param name="Gradient">Weight of the mean absolute error of pixel differences, for edges.</param>
/// <param name="Squared">Weight of the mean squared error, for PSNR.</param>
/// <param name="Divergence">Weight of the divergence's mean over latent dimensions; unused where the encoder is frozen.</param>
internal sealed record AutoencoderLoss(double Absolute = 1, double Gradient = 0.1, double Squared = 2, double Divergence = 5e-4)
{
    /// <param name="reconstruction">(B, 3, H, W).</param>
    /// <param name="clean">(B, 3, H, W) in [-1,1].</param>
    public Tensor Reconstruction(Tensor reconstruction, Tensor clean)
    {
        var error = reconstruction - clean;
        var rows = error[.., .., 1.., ..] - error[.., .., ..^1, ..];
        var columns = error[.., .., .., 1..] - error[.., .., .., ..^1];
        return (Absolute * error.abs().mean()) + (Squared * error.square().mean())
            + (Gradient * (rows.abs().mean() + columns.abs().mean()));
    }
}
