using FlashDiffusion.Models.Networks;
using FlashDiffusion.Trainer.Autoencoder;
using FlashDiffusion.Trainer.Networks;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Tests.Autoencoder;

public class LatentNormalisationTests
{
    [Fact]
    public void Folded_AnyAutoencoder_KeepsPicturesAndNormalisesLatents()
    {
        set_num_threads(1);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var generator = new Generator(2);
        using var network = new AutoencoderKl(StarterArchitecture.FirstStage);
        NetworkInitialization.Initialize(network, 3);
        var pictures = (rand([2, 3, 64, 64], generator: generator) * 2) - 1;
        using var folded = LatentNormalisation.Folded(network, pictures);

        var latents = folded.EncodeMode(pictures).transpose(0, 1).reshape(4, -1);
        Assert.True(latents.mean([1]).abs().max().item<float>() < 1e-4);
        Assert.True((latents.std(1) - 1).abs().max().item<float>() < 1e-3);
        var before = network.Decode(network.EncodeMode(pictures));
        Assert.True((folded.Decode(folded.EncodeMode(pictures)) - before).abs().max().item<float>() < 1e-4);

        // A sample of the posterior is the same picture, too: deviations were scaled with the means.
        var noise = randn([2, 4, 16, 16], generator: generator);
        var sampled = network.Decode(network.Encode(pictures).Sample(noise));
        Assert.True((folded.Decode(folded.Encode(pictures).Sample(noise)) - sampled).abs().max().item<float>() < 1e-3);
    }
}
