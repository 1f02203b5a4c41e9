using FlashDiffusion.Models.Networks;
using FlashDiffusion.Testing;
using FlashDiffusion.Testing.Checkpoints;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Repository.CompVis;

public sealed class PublishedModelTests
{
    private const double Tolerance = 1e-5;

    public PublishedModelTests()
    {
        set_num_threads(1);
    }

    public static TheoryData<string, string, string> Contradictions => new()
    {
        { "linear_end: 0.0195", "linear_end: 0.012", "another noise schedule" },
        { "cond_stage_config: __is_unconditional__", "cond_stage_config: {target: ldm.modules.encoders.modules.ClassEmbedder}", "cond_stage_config" },
        { "target: ldm.models.diffusion.ddpm.LatentDiffusion", "target: ldm.models.autoencoder.VQModel", "only a whole LatentDiffusion" },
        { "model_channels: 32", "model_channels: 64", "wrong shape" },
        { "n_embed: 32", "n_embed: 33", "wrong shape" },
        { "linear_start: 0.0015", "linear_start: !!python/object:os.system 1", "tag" },
        { "linear_start: 0.0015", "linear_start: 0.0015\n    scale_by_std: true", "scale_factor" },
        { "model_channels: 32", "model_channels: 32\n        num_classes: 10", "num_classes" },
        { "image_size: 16\n    linear_end", "image_size: [\n    linear_end", "not understood" },
    };

    [Theory]
    [InlineData("ldm_micro_zip.ckpt", false)]
    [InlineData("ldm_micro_legacy.ckpt", true)]
    public void Load_PublishedDirectory_IsAModelWithItsAveragedWeights(string weights, bool versioned)
    {
        using var scope = NewDisposeScope();
        using var published = new PublishedFolder(weights, versioned);

        using var catalog = ModelRepository.Load(published.Root, CPU);

        var entry = Assert.Single(catalog.Entries);
        Assert.Equal((ModelState.Ready, string.Empty, versioned ? "3" : "1"), (entry.State, entry.Message, entry.Version));
        var model = catalog.Find(PublishedFolder.Model)!.Model;
        Assert.Equal((2, 3, 64), (model.Downsampling, model.LatentChannels, model.MaximumPictureSide));
        Assert.Contains("averaged weights", model.Description, StringComparison.Ordinal);
        CheckNetworks(model, seedPrefix: "ema|");
    }

    [Theory]
    [InlineData("2", "3")]
    [InlineData("4", "4")]
    public void Load_PublishedAndOwnVersions_TheNewestIsFoundWhoseverItIs(string own, string newest)
    {
        using var scope = NewDisposeScope();
        using var published = new PublishedFolder(versioned: true);
        ModelPackager.Write(published.Root, TinyModels.Package(own) with { Name = PublishedFolder.Model });

        using var catalog = ModelRepository.Load(published.Root, CPU);

        Assert.Equal(newest, catalog.Find(PublishedFolder.Model)!.Model.Version);
    }

    [Fact]
    public void Load_ConfigurationWithoutAverages_TakesThePlainWeights()
    {
        using var scope = NewDisposeScope();
        using var published = new PublishedFolder();
        published.EditConfig("linear_start: 0.0015", "linear_start: 0.0015\n    use_ema: false");

        using var catalog = ModelRepository.Load(published.Root, CPU);

        CheckNetworks(catalog.Find(PublishedFolder.Model)!.Model, seedPrefix: "");
    }

    [Fact]
    public void Load_ScaledModel_ScalesItsLatents()
    {
        using var scope = NewDisposeScope();
        using var published = new PublishedFolder();
        using var plain = ModelRepository.Load(published.Root, CPU);
        published.EditConfig("linear_start: 0.0015", "linear_start: 0.0015\n    scale_factor: 0.5");

        using var catalog = ModelRepository.Load(published.Root, CPU);

        var picture = Picture();
        GoldenAssert.RelativeL2("latent", plain.Models[0].Model.Encode(picture) * 0.5, catalog.Models[0].Model.Encode(picture), 1e-6);
    }

    [Theory]
    [InlineData("sevenc_vq_micro_full_zip.ckpt")]
    [InlineData("sevenc_vq_micro_light_legacy.ckpt")]
    public void Load_SeverityCheckpointBesideTheModel_ServesItsOperator(string checkpoint)
    {
        using var scope = NewDisposeScope();
        using var published = new PublishedFolder();
        published.Put(checkpoint, "faces-blur.ckpt");
        using var numbers = GoldenOwn("sevenc_vq_micro.safetensors");

        using var catalog = ModelRepository.Load(published.Root, CPU);

        Assert.All(catalog.Entries, entry => Assert.Equal((ModelState.Ready, string.Empty), (entry.State, entry.Message)));
        Assert.Equal(["micro", "micro/faces-blur"], catalog.Entries.Select(entry => entry.Name));
        var encoder = Assert.Single(Assert.Single(catalog.Models).SeverityEncoders).Value;
        Assert.Equal("gaussian_blur", encoder.OperatorName);
        Assert.Equal(new ParameterRange(0.3, 3), encoder.TrainedRanges["std"]);
        Assert.Equal(new ParameterRange(0.05, 0.05), encoder.TrainedRanges["noise_std"]);
        var estimate = encoder.Estimate(numbers.Read("y"));
        GoldenAssert.RelativeL2("mean", numbers.Read("mean"), estimate.Mean, Tolerance);
        GoldenAssert.RelativeL2("var", numbers.Read("var"), estimate.Severity, Tolerance);
    }

    [Fact]
    public void Load_BrokenSeverityCheckpoints_AreReportedAndLeaveTheModel()
    {
        using var scope = NewDisposeScope();
        using var published = new PublishedFolder();
        published.Put("sevenc_vq_micro_full_zip.ckpt", "a.ckpt");
        published.Put("sevenc_vq_micro_light_zip.ckpt", "b.ckpt");
        published.Put("bare_state_dict_zip.pt", "c.pt");
        published.Put(Path.Combine("malicious", "evil_os_system_zip.ckpt"), "d.ckpt");

        using var catalog = ModelRepository.Load(published.Root, CPU);

        string Reason(string name) => catalog.Entries.Single(entry => entry.Name == "micro/" + name).Message;
        Assert.Equal(string.Empty, Reason("a"));
        Assert.Contains("another severity encoder", Reason("b"), StringComparison.Ordinal);
        Assert.Contains("hyper_parameters", Reason("c"), StringComparison.Ordinal);
        Assert.Contains("nothing was run", Reason("d"), StringComparison.Ordinal);
        Assert.Single(Assert.Single(catalog.Models).SeverityEncoders);
    }

    [Theory]
    [MemberData(nameof(Contradictions))]
    public void Load_ConfigurationThatDoesNotFit_IsReported(string from, string to, string reason)
    {
        using var published = new PublishedFolder();
        published.EditConfig(from, to);

        using var catalog = ModelRepository.Load(published.Root, CPU);

        var entry = Assert.Single(catalog.Entries);
        Assert.Equal(ModelState.Broken, entry.State);
        Assert.Contains(reason, entry.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_NumbersBesideTheModel_MustBeReproduced()
    {
        using var scope = NewDisposeScope();
        using var published = new PublishedFolder();
        using (var catalog = ModelRepository.Load(published.Root, CPU))
        {
            SelfCheck.Write(Path.Combine(published.Folder, "selfcheck.safetensors"), SelfCheck.Numbers(catalog.Models[0].Model));
        }

        using (var again = ModelRepository.Load(published.Root, CPU))
        {
            Assert.Equal(string.Empty, Assert.Single(again.Entries).Message);
        }

        published.EditConfig("linear_start: 0.0015", "linear_start: 0.0015\n    use_ema: false");
        using var other = ModelRepository.Load(published.Root, CPU);
        Assert.Contains("self-check failed", Assert.Single(other.Entries).Message, StringComparison.Ordinal);
    }

    private static void CheckNetworks(LatentDiffusionModel model, string seedPrefix)
    {
        using var document = System.Text.Json.JsonDocument.Parse(File.ReadAllText(Path.Combine(GoldenFolder.Own, "checkpoints", "ldm_micro.expected.json")));
        var parameters = document.RootElement.GetProperty("config").GetProperty("model").GetProperty("params");
        using var unet = NetworkFactory.UNet(NetworkConfig.Parse(parameters.GetProperty("unet_config")));
        FormulaWeights.Fill(unet, "model.diffusion_model.", seedPrefix);
        using var firstStage = NetworkFactory.FirstStage(NetworkConfig.Parse(parameters.GetProperty("first_stage_config")));
        FormulaWeights.Fill(firstStage, "first_stage_model.");
        using var ungraded = no_grad();
        var (z, t) = (Latent(), tensor(new long[] { 700 }));
        GoldenAssert.RelativeL2("denoise", unet.Forward(z, t), model.Denoise(z, t), Tolerance);
        GoldenAssert.RelativeL2("encode", firstStage.EncodeMode(Picture()), model.Encode(Picture()), Tolerance);
        GoldenAssert.RelativeL2("decode", firstStage.Decode(z, quantize: true), model.Decode(z, Quantisation.Nearest), Tolerance);
    }

    private static Checkpoints.SafetensorsFile GoldenOwn(string name) => Checkpoints.SafetensorsFile.Open(Path.Combine(GoldenFolder.Own, "checkpoints", name));

    private static Tensor Latent() => arange(3 * 16 * 16, ScalarType.Float32).sin().view(1, 3, 16, 16);

    private static Tensor Picture() => (arange(3 * 32 * 32, ScalarType.Float32) * 0.3).cos().view(1, 3, 32, 32);
}
