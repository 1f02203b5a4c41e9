using FlashDiffusion.Models.Networks;
using FlashDiffusion.Pictures;
using FlashDiffusion.Testing;
using FlashDiffusion.Testing.Checkpoints;
using FlashDiffusion.Trainer.Diffusion;
using FlashDiffusion.Trainer.Photographs;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Tests.Diffusion;

/// <summary>Latents that were kept are those of the very pictures.</summary>
public sealed class LatentCacheTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("latents-").FullName;
    private readonly AutoencoderKl _autoencoder = new(TinyModels.FirstStage);

    public LatentCacheTests()
    {
        set_num_threads(1);
        FormulaWeights.Fill(_autoencoder);
        File.WriteAllText(Weights, "weights");
    }

    private string Weights => Path.Combine(_folder, "weights");

    public void Dispose()
    {
        _autoencoder.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public void Open_Again_ReadsWhatWasKept()
    {
        var first = Open(out var encoded, Photo("a"), Photo("b"));
        Assert.Equal(2, encoded);
        Assert.Equal(first[0].Values, Open(out encoded, Photo("a"), Photo("b"))[0].Values);
        Assert.Equal(0, encoded);
    }

    [Theory]
    [InlineData("picture")]
    [InlineData("name")]
    [InlineData("size")]
    [InlineData("order")]
    [InlineData("precision")]
    [InlineData("weights")]
    public void Open_SomethingElseOfTheSameNumber_EncodesAnew(string what)
    {
        Open(out _, Photo("a"), Photo("b", blue: 0.2f));
        if (what == "weights")
        {
            File.WriteAllText(Weights, "others");
        }

        var other = what switch
        {
            "picture" => [Photo("a"), Photo("b", blue: 0.7f)],
            "name" => [Photo("a"), Photo("c", blue: 0.2f)],
            "size" => [Photo("a"), Photo("b", blue: 0.2f, width: 16)],
            "order" => [Photo("b", blue: 0.2f), Photo("a")],
            _ => new[] { Photo("a"), Photo("b", blue: 0.2f) },
        };
        Open(out var encoded, other, reduced: what == "precision");
        Assert.Equal(2, encoded);
    }

    private static Photograph Photo(string name, float blue = 0.5f, int width = 8) => Photograph.From(name, Picture.Filled(width, 8, new Colour(0.1f, 0.4f, blue)));

    private IReadOnlyList<LatentPicture> Open(out int encoded, params Photograph[] photographs) => Open(out encoded, photographs, reduced: false);

    private IReadOnlyList<LatentPicture> Open(out int encoded, Photograph[] photographs, bool reduced)
    {
        var count = 0;
        var latents = LatentCache.Open(Path.Combine(_folder, "cache"), Weights, _autoencoder, photographs, reduced, number => count = number);
        encoded = count;
        return latents;
    }
}
