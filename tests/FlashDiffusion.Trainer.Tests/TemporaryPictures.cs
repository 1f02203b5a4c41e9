using FlashDiffusion.Pictures;
using FlashDiffusion.Pictures.Codecs;

namespace FlashDiffusion.Trainer.Tests;

/// <summary>A folder of generated pictures, deleted with the test.</summary>
internal sealed class TemporaryPictures : IDisposable
{
    public TemporaryPictures(int count, int width = 160, int height = 136)
    {
        for (var i = 0; i < count; i++)
        {
            File.WriteAllBytes(Path.Combine(Pictures, $"{i:D2}.png"), PictureCodec.EncodePng(Waves(i, width, height)));
        }
    }

    /// <summary>Where everything lies.</summary>
    public string Root { get; } = Directory.CreateTempSubdirectory("trainer-").FullName;

    public string Pictures => Directory.CreateDirectory(Path.Combine(Root, "pictures")).FullName;

    public string At(string name) => Path.Combine(Root, name);

    public void Dispose() => Directory.Delete(Root, recursive: true);

    private static Picture Waves(int seed, int width, int height)
    {
        var pixels = new float[3 * width * height];
        for (var i = 0; i < pixels.Length; i++)
        {
            var (channel, y, x) = (i / (width * height), i / width % height, i % width);
            pixels[i] = 0.5f + (0.4f * MathF.Sin((0.05f * (seed + 1) * x) + (0.08f * y) + channel));
        }

        return Picture.FromPlanar(width, height, pixels);
    }
}
