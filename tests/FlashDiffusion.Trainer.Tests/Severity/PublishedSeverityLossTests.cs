using FlashDiffusion.Models.Networks;
using FlashDiffusion.Testing;
using FlashDiffusion.Trainer.Severity;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Tests.Severity;

/// <summary>Where the research code's training differs from the paper's, with both numbers.</summary>
public class PublishedSeverityLossTests
{
    private const int Batch = 3;

    private static readonly FirstStageConfig Config = new()
    {
        EmbedDim = 3,
        NEmbed = 16,
        Ddconfig = new AutoencoderShape
        {
            Ch = 32, OutCh = 3, ChMult = [1, 1], NumResBlocks = 1, AttnResolutions = [], InChannels = 3, Resolution = 16, ZChannels = 3, DoubleZ = false, AttnType = "none",
        },
    };

    public PublishedSeverityLossTests()
    {
        set_num_threads(1);
    }

    [Fact]
    public void Of_Batch_OfficialPictureTermIsTheSumAndStandardTheMean()
    {
        using var scope = NewDisposeScope();
        var (official, standard) = (Terms(Compatibility.Official), Terms(Compatibility.Standard));

        Assert.Equal(Batch * standard.Picture.item<float>(), official.Picture.item<float>(), 1e-2f);
        var share = standard.Picture.item<float>() / (3 * 16 * 16);
        Assert.Equal((Batch - 1) * share, official.Loss.item<float>() - standard.Loss.item<float>(), 1e-3f);
        Assert.Equal(standard.Mean.item<float>(), official.Mean.item<float>());
        Assert.Equal(standard.Variance.item<float>(), official.Variance.item<float>());
    }

    [Fact]
    public void Of_SinglePicture_BothModesAgree()
    {
        using var scope = NewDisposeScope();

        Assert.Equal(Terms(Compatibility.Standard, rows: 1).Loss.item<float>(), Terms(Compatibility.Official, rows: 1).Loss.item<float>());
    }

    [Fact]
    public void Of_WithoutPictureTerm_OfficialFailsAndStandardIsTheSumOfTheOthers()
    {
        using var scope = NewDisposeScope();

        Assert.Contains("img_space_reg", Assert.Throws<InvalidOperationException>(() => Terms(Compatibility.Official, pictureWeight: 0)).Message, StringComparison.Ordinal);
        var terms = Terms(Compatibility.Standard, pictureWeight: 0);
        Assert.Equal((terms.Mean.item<float>() / (3 * 8 * 8)) + terms.Variance.item<float>(), terms.Loss.item<float>(), 1e-4f);
    }

    [Fact]
    public void Of_TrueVariance_IsNotDetached()
    {
        using var scope = NewDisposeScope();
        using var network = NetworkFactory.SeverityEncoder(NetworkConfig.Of(Config));
        FormulaWeights.Fill(network);
        var mean = rand(1, 3, 8, 8).requires_grad_();
        using var autoencoder = Autoencoder();
        var loss = new PublishedSeverityLoss { PictureWeight = 0 };

        loss.Of(autoencoder, new SeverityPrediction(mean, zeros(1)), zeros(1, 3, 8, 8), Picture(1)).Variance.backward();

        Assert.True(mean.grad!.abs().sum().item<float>() > 0);
    }

    [Fact]
    public void Network_OtherEmbeddingThanLatentChannels_OfficialIsRefusedAndStandardRuns()
    {
        using var scope = NewDisposeScope();
        var config = NetworkConfig.Of(Config with { EmbedDim = 5 });

        Assert.Contains("std_conv", Assert.Throws<NetworkConfigException>(() => NetworkFactory.SeverityEncoder(config, Compatibility.Official)).Message, StringComparison.Ordinal);
        using var network = NetworkFactory.SeverityEncoder(config);
        FormulaWeights.Fill(network);
        var prediction = network.Forward(Picture(2));
        Assert.Equal([2, 5, 8, 8], prediction.Mean.shape);
        Assert.True(prediction.Variance.gt(0).all().item<bool>());
    }

    private static PublishedSeverityTerms Terms(Compatibility compatibility, int rows = Batch, double pictureWeight = 1)
    {
        using var autoencoder = Autoencoder();
        using var network = NetworkFactory.SeverityEncoder(NetworkConfig.Of(Config), compatibility);
        FormulaWeights.Fill(network, "encoder.");
        var clean = Picture(rows);
        var loss = new PublishedSeverityLoss { Compatibility = compatibility, PictureWeight = pictureWeight };
        return loss.Of(autoencoder, network.Forward(clean * 0.5), autoencoder.EncodeMode(clean), clean);
    }

    private static FirstStage Autoencoder()
    {
        var autoencoder = NetworkFactory.FirstStage(NetworkConfig.Of(Config));
        FormulaWeights.Fill(autoencoder);
        NetworkInitialization.Freeze(autoencoder);
        return autoencoder;
    }

    private static Tensor Picture(int rows) => (arange(rows * 3 * 16 * 16, ScalarType.Float32) * 0.37).sin().view(rows, 3, 16, 16);
}
