using FlashDiffusion.Models.Networks;
using FlashDiffusion.Testing;
using FlashDiffusion.Testing.Checkpoints;
using FlashDiffusion.Trainer.Commands;
using FlashDiffusion.Trainer.Degradations;
using FlashDiffusion.Trainer.Severity;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Tests.Severity;

/// <summary>Small settings of the training of severity encoders.</summary>
public sealed class FewLevelsTests
{
    public FewLevelsTests() => set_num_threads(1);

    [Fact]
    public void RankingTerm_OneLevel_IsNothing()
    {
        using var scope = NewDisposeScope();
        var severity = tensor(new[] { 0.1f, 0.5f }).requires_grad_();
        var loss = severity.sum() + new SeverityLoss().RankingTerm(severity, 1);
        loss.backward();
        Assert.Equal(0.6f, loss.item<float>(), 1e-6f);
        Assert.Equal([1, 1], severity.grad!.data<float>().ToArray());
    }

    [Theory]
    [InlineData("0")]
    [InlineData("-1")]
    public void Levels_BelowOne_AreRefused(string levels)
    {
        var errors = TrainerCommands.Root().Parse(["train-severity", "--autoencoder", "a", "--operator", "gaussian_blur", "--pictures", "p", "--validation", "v", "--output", "o", "--levels", levels]).Errors;
        Assert.Contains("1 or more", Assert.Single(errors).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(3)]
    public void Validation_FewerCropsThanLevels_IsMeasured(int crops)
    {
        using var autoencoder = new AutoencoderKl(TinyModels.FirstStage);
        using var network = new SeverityEncoderNetwork(TinyModels.FirstStage, quantized: false);
        FormulaWeights.Fill(autoencoder);
        FormulaWeights.Fill(network);
        using var validation = new SeverityValidation(autoencoder, network, DegradationCatalog.Of("gaussian_blur"), rand(crops, 3, 32, 32));
        Assert.True(double.IsFinite(validation.Run()["decoded_mean_psnr_db"]));
    }
}
