using FlashDiffusion.Testing;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Repository;

public class PreviewMapTests
{
    [Fact]
    public void Fit_PicturesThatAreLinearInTheLatents_RecoversTheMap()
    {
        using var scope = NewDisposeScope();
        var truth = new PreviewManifest { Matrix = [[0.5f, -0.25f], [0.1f, 0.2f], [0, 0.3f]], Bias = [0.1f, -0.2f, 0.3f] };
        using var map = PreviewMap.Load(truth, channels: 2, CPU);
        var latents = arange(2 * 2 * 8 * 6, ScalarType.Float32).mul(0.9).sin().view(2, 2, 8, 6);
        var pictures = map.Apply(latents).repeat_interleave(4, dim: 2).repeat_interleave(4, dim: 3);

        var fitted = PreviewMap.Fit(latents, pictures);

        using var again = PreviewMap.Load(fitted, channels: 2, CPU);
        GoldenAssert.MaximumError("preview", map.Apply(latents), again.Apply(latents), 1e-5);
    }

    [Fact]
    public void Load_WrongShapeOrNaN_IsRefused()
    {
        var narrow = new PreviewManifest { Matrix = [[1], [1], [1]], Bias = [0, 0, 0] };
        var broken = new PreviewManifest { Matrix = [[1, float.NaN], [1, 1], [1, 1]], Bias = [0, 0, 0] };

        Assert.Throws<ModelRepositoryException>(() => PreviewMap.Load(narrow, channels: 2, CPU));
        Assert.Throws<ModelRepositoryException>(() => PreviewMap.Load(broken, channels: 2, CPU));
    }
}
