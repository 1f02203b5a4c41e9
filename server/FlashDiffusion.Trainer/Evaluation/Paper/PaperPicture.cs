using FlashDiffusion.Models.Operators.Official;
using FlashDiffusion.Models.TorchRandom;
using FlashDiffusion.Pictures;
using FlashDiffusion.Trainer.Photographs;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Evaluation.Paper;

/// <summary>A test picture as the research code prepares it: centre square, Pillow's bilinear resize, severity and noise from its name.</summary>
/// <param name="Name">File name.</param>
/// <param name="Clean">The picture on [0,1], of 8-bit values.</param>
/// <param name="Seed">Seed made of the name.</param>
internal sealed record PaperPicture(string Name, Picture Clean, uint Seed)
{
    private const float Levels = 255;

    /// <summary>Severity t in [0,1]: the first draw of the name's generator.</summary>
    public float Severity { get; } = new TorchGenerator(Seed).NextUniform();

    public static PaperPicture Read(string path, int side)
    {
        var picture = PhotographFolder.Read(path);
        byte[][] channels = [.. Enumerable.Range(0, Picture.Channels).Select(channel => picture.Plane(channel).ToArray().Select(value => (byte)MathF.Round(value * Levels)).ToArray())];
        var resized = OfficialPictureTransform.CropAndResize(channels, new PictureShape(picture.Height, picture.Width), side);
        var name = Path.GetFileName(path);
        var clean = Picture.FromPlanar(side, side, resized.SelectMany(channel => channel).Select(value => value / Levels).ToArray());
        return new PaperPicture(name, clean, OfficialSeed.FromFileName(name));
    }

    /// <summary>x, (1, 3, side, side) in [-1,1].</summary>
    public Tensor Tensor()
    {
        using var unit = tensor(Clean.ToArray(), [1, Picture.Channels, Clean.Height, Clean.Width]);
        using var doubled = unit * 2;
        return doubled - 1;
    }

    /// <summary>y = A(x) + noise, unclipped, in the order of draws of the research code.</summary>
    public Tensor Degrade(IForwardOperator forward)
    {
        using var scope = NewDisposeScope();
        var noiseless = forward.Forward(Tensor());
        var noise = new float[noiseless.numel()];
        new TorchGenerator(Seed).FillNormal(noise);
        return (noiseless + (tensor(noise, noiseless.shape) * (2 * PaperCell.Noise.Std(Severity)))).MoveToOuterDisposeScope();
    }
}
