using FlashDiffusion.Models.Checkpoints;
using FlashDiffusion.Models.Networks;
using FlashDiffusion.Testing;
using FlashDiffusion.Testing.Tools;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Repository.CompVis;

public class TestPictureTests
{
    private const double Trained = 20;
    private const double Noise = 10;

    [Fact]
    public void Psnr_TrainedAutoencoderAndNoise_AreFarApart()
    {
        set_num_threads(1);
        using var scope = NewDisposeScope();
        var folder = new ModelFolder(Path.Combine(Checkout.Root, "server", "models"), "starter", "1");
        var manifest = (LatentDiffusionManifest)ManifestFile.Read(folder);
        using var network = NetworkFactory.FirstStage(manifest.FirstStage);
        using var picture = TestPicture.Create(TestPicture.Side, CPU);
        FormulaWeights.Fill(network);
        var noise = TestPicture.Psnr(network, picture);
        using (var file = SafetensorsFile.Open(folder.Resolve(manifest.FirstStageWeights.File)))
        {
            StrictLoader.Load(network, file);
        }

        Assert.InRange(noise, double.MinValue, Noise);
        Assert.InRange(TestPicture.Psnr(network, picture), Trained, double.MaxValue);
    }
}
