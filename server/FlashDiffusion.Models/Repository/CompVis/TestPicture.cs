using FlashDiffusion.Models.Networks;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Repository.CompVis;

/// <summary>A smooth coloured picture that shows whether an autoencoder's weights belong to its configuration.</summary>
internal static class TestPicture
{
    /// <summary>Smallest side, in pixels.</summary>
    public const int Side = 64;

    /// <summary>(1, 3, side, side) in [-1,1]; each colour varies in a way of its own.</summary>
    public static Tensor Create(int side, Device device)
    {
        var position = linspace(0, 1, side, device: device);
        var (rows, columns) = (position.view(side, 1), position.view(1, side));
        var red = ((rows * 5) + columns).sin();
        var green = ((columns * 7) - rows).cos();
        var blue = (((rows * 3) + (columns * 4)) * 2).sin();
        return stack([red, green, blue], dim: 0).unsqueeze(0) * 0.7;
    }

    /// <summary>How well an autoencoder brings a picture in [-1,1] back, in dB for a range of 2.</summary>
    public static double Psnr(FirstStage firstStage, Tensor picture)
    {
        using var scope = NewDisposeScope();
        using var ungraded = no_grad();
        var decoded = firstStage.Decode(firstStage.EncodeMode(picture), quantize: true).clamp(-1, 1);
        return 10 * Math.Log10(4 / (decoded - picture).square().mean().item<float>());
    }
}
