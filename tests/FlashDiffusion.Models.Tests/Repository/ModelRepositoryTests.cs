using FlashDiffusion.Models.Checkpoints;
using FlashDiffusion.Testing;
using FlashDiffusion.Testing.Checkpoints;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Repository;

public sealed class ModelRepositoryTests : IDisposable
{
    private readonly TinyModels _models = new();

    public static TheoryData<string, string, string, string> BrokenManifests => new()
    {
        { TinyModels.Model, "\"unet.safetensors\"", "\"../../elsewhere/unet.safetensors\"", "is not the name of a file" },
        { TinyModels.Model, "\"unet.safetensors\"", "\"absent.safetensors\"", "absent.safetensors" },
        { TinyModels.Model, "\"latent-diffusion\"", "\"crystal-ball\"", "crystal-ball" },
        { TinyModels.Model, "\"scale_factor\"", "\"skale_factor\"", "skale_factor" },
        { TinyModels.Model, "\"num_head_channels\": 16", "\"num_head_channels\": 20", "attention heads of 20" },
        { TinyModels.Model, "\"model_channels\": 32", "\"model_channels\": 64", "wrong shape" },
        { TinyModels.Model, "\"linear_start\": 0.0015", "\"linear_start\": 2", "schedule" },
        { TinyModels.Model, "\"linear_start\": 0.0015", "\"linear_start\": \"low\"", "linear_start" },
        { TinyModels.Model, "\"maximum_side\": 64", "\"maximum_side\": 2", "maximum_side" },
        { TinyModels.Model, "\"presets\": []", "\"presets\": [{ \"solver\": \"s\", \"operator\": \"o\", \"guidance_exponent\": 1.5 }]", "guidance_exponent" },
        { TinyModels.Model, "\"parameterization\": \"eps\"", "\"parameterization\": \"v\"", "self-check" },
        { TinyModels.Model, "ldm.models.autoencoder.AutoencoderKL", "ldm.models.autoencoder.Unheard", "Unheard" },
        { TinyModels.Encoder, "\"model\": \"tiny\"", "\"model\": \"huge\"", "'huge' version '1' is not ready" },
        { TinyModels.Encoder, "\"operator\": \"gaussian_blur\",", "", "operator" },
    };

    public void Dispose() => _models.Dispose();

    [Fact]
    public void Load_PackagedModels_AreReadyAndGiveThePackagedNumbers()
    {
        using var scope = NewDisposeScope();
        _models.WriteAll();

        using var catalog = ModelRepository.Load(_models.Root, CPU);

        Assert.All(catalog.Entries, entry => Assert.Equal((ModelState.Ready, string.Empty), (entry.State, entry.Message)));
        Assert.Equal([ModelKind.LatentDiffusion, ModelKind.SeverityEncoder], catalog.Entries.Select(entry => entry.Kind));
        var loaded = Assert.Single(catalog.Models);
        Assert.Same(loaded, catalog.Find(TinyModels.Model));
        Assert.Null(catalog.Find(TinyModels.Model, "2"));
        Assert.Equal((4, 64, 2), (loaded.Model.PictureMultiple, loaded.Model.MaximumPictureSide, loaded.Model.Downsampling));
        Assert.Equal(new LatentShape(4, 8, 12), loaded.Model.LatentShapeOf(new PictureShape(16, 24)));
        Assert.Throws<ArgumentException>(() => loaded.Model.LatentShapeOf(new PictureShape(16, 22)));
        Compare(loaded);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Load_FolderThatIsAModelItself_IsServedUnderTheGivenName(bool versioned)
    {
        _models.WriteAll();
        var folder = versioned ? Path.Combine(_models.Root, TinyModels.Model) : _models.Folder(TinyModels.Model);

        using var catalog = ModelRepository.Load(folder, CPU, single: "mounted");

        Assert.True(ModelRepository.IsModel(folder));
        Assert.False(ModelRepository.IsModel(_models.Root));
        Assert.Equal(["1"], ModelRepository.VersionsOf(folder, "mounted", "mounted"));
        Assert.Equal(("mounted", "1", ModelState.Ready, ""), (catalog.Entries[0].Name, catalog.Entries[0].Version, catalog.Entries[0].State, catalog.Entries[0].Message));
        Assert.Equal("mounted", Assert.Single(catalog.Models).Model.Name);
    }

    [Fact]
    public void Load_WeightsLargerThanTheBudget_AreRefusedBeforeTheyAreRead()
    {
        _models.WriteAll();
        using var whole = ModelRepository.Load(_models.Root, CPU);
        var bytes = whole.Models[0].Model.WeightBytes;

        using var catalog = ModelRepository.Load(_models.Root, CPU, budget: bytes - 1);
        using var exact = ModelRepository.Load(_models.Root, CPU, budget: bytes);

        Assert.Equal(ModelState.OverBudget, catalog.Entries.First(entry => entry.Kind == ModelKind.LatentDiffusion).State);
        Assert.Empty(catalog.Models);
        // The encoder is what does not fit beside the model.
        Assert.Equal([ModelState.Ready, ModelState.OverBudget], exact.Entries.Select(entry => entry.State));
    }

    [Fact]
    public void Load_ScaledModel_ScalesLatentsAndSeverity()
    {
        using var scope = NewDisposeScope();
        _models.WriteAll();
        using var plain = ModelRepository.Load(_models.Root, CPU);
        var (unscaled, estimate) = (plain.Models[0].Model.Encode(Picture()), plain.Models[0].SeverityEncoders[TinyModels.Operator].Estimate(Picture()));
        var decoded = plain.Models[0].Model.Decode(unscaled, Quantisation.None);
        _models.WriteAll(scaleFactor: 0.5);

        using var catalog = ModelRepository.Load(_models.Root, CPU);

        var model = Assert.Single(catalog.Models);
        var scaled = model.SeverityEncoders[TinyModels.Operator].Estimate(Picture());
        GoldenAssert.RelativeL2("encoded", unscaled * 0.5, model.Model.Encode(Picture()), 1e-6);
        GoldenAssert.RelativeL2("decoded", decoded, model.Model.Decode(unscaled * 0.5, Quantisation.None), 1e-6);
        GoldenAssert.RelativeL2("mean", estimate.Mean * 0.5, scaled.Mean, 1e-6);
        GoldenAssert.RelativeL2("severity", estimate.Severity * 0.25, scaled.Severity, 1e-6);
    }

    [Theory]
    [MemberData(nameof(BrokenManifests))]
    public void Load_BrokenManifest_IsReportedAndStopsNoOtherModel(string name, string from, string to, string reason)
    {
        using var scope = NewDisposeScope();
        _models.WriteAll();
        ModelPackager.Write(_models.Root, TinyModels.Package() with { Name = "other" });
        _models.Edit(name, from, to);

        using var catalog = ModelRepository.Load(_models.Root, CPU);

        var broken = Assert.Single(catalog.Entries, entry => entry.Name == name);
        Assert.Equal(ModelState.Broken, broken.State);
        Assert.Contains(reason, broken.Message, StringComparison.OrdinalIgnoreCase);
        Assert.NotNull(catalog.Find("other"));
        Assert.Equal(name == TinyModels.Model, catalog.Find(TinyModels.Model) is null);
    }

    [Fact]
    public void Load_ChangedWeights_AreFoundByHashAndWithoutItByTheSelfCheck()
    {
        using var scope = NewDisposeScope();
        _models.WriteAll();
        var path = Path.Combine(_models.Folder(TinyModels.Model), "unet.safetensors");
        var hash = ModelFolder.Hash(path);
        using (var network = TinyModels.Package().Unet)
        using (no_grad())
        {
            network.state_dict()["out.2.bias"].add_(0.5);
            SafetensorsWriter.WriteState(path, network, ScalarType.Float16);
        }

        using (var catalog = ModelRepository.Load(_models.Root, CPU))
        {
            Assert.Contains("SHA-256", catalog.Entries.Single(entry => entry.Name == TinyModels.Model).Message, StringComparison.Ordinal);
        }

        _models.Edit(TinyModels.Model, hash, ModelFolder.Hash(path));
        using var again = ModelRepository.Load(_models.Root, CPU);
        Assert.Contains("self-check failed", again.Entries.Single(entry => entry.Name == TinyModels.Model).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_WeightsLinkedFromOutside_AreRefused()
    {
        using var scope = NewDisposeScope();
        _models.WriteAll();
        var outside = Directory.CreateTempSubdirectory("outside").FullName;
        var path = Path.Combine(_models.Folder(TinyModels.Model), "unet.safetensors");
        File.Move(path, Path.Combine(outside, "unet.safetensors"));
        File.CreateSymbolicLink(path, Path.Combine(outside, "unet.safetensors"));

        using var catalog = ModelRepository.Load(_models.Root, CPU);

        Directory.Delete(outside, recursive: true);
        Assert.Contains("leads out of", catalog.Entries.Single(entry => entry.Name == TinyModels.Model).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_LinksInsideTheRepository_AreFollowed()
    {
        using var scope = NewDisposeScope();
        _models.WriteAll();
        var path = Path.Combine(_models.Folder(TinyModels.Model), "unet.safetensors");
        var store = Directory.CreateDirectory(Path.Combine(_models.Root, ".store")).FullName;
        File.Move(path, Path.Combine(store, "unet.safetensors"));
        File.CreateSymbolicLink(path, Path.Combine(store, "unet.safetensors"));

        using var catalog = ModelRepository.Load(_models.Root, CPU);

        Assert.NotNull(catalog.Find(TinyModels.Model));
    }

    [Fact]
    public void Load_SeveralVersions_FindsTheNewestByValue()
    {
        using var scope = NewDisposeScope();
        foreach (var version in new[] { "9", "10", "draft" })
        {
            ModelPackager.Write(_models.Root, TinyModels.Package(version));
        }

        using var catalog = ModelRepository.Load(_models.Root, CPU);

        Assert.Equal(["draft", "9", "10"], catalog.Entries.Select(entry => entry.Version));
        Assert.Equal("10", catalog.Find(TinyModels.Model)!.Model.Version);
        Assert.Equal("9", catalog.Find(TinyModels.Model, "9")!.Model.Version);
    }

    [Fact]
    public void Write_OverAVersion_LeavesNothingBesideIt()
    {
        using var scope = NewDisposeScope();
        ModelPackager.Write(_models.Root, TinyModels.Package());
        var folder = Path.GetDirectoryName(_models.Folder(TinyModels.Model))!;

        // What a packager leaves that was killed at its last move.
        Directory.CreateDirectory(Path.Combine(folder, $".{TinyModels.Version}.old", "leftover"));
        File.WriteAllText(Path.Combine(_models.Folder(TinyModels.Model), "of-the-old-one"), "");
        ModelPackager.Write(_models.Root, TinyModels.Package());

        Assert.Equal([_models.Folder(TinyModels.Model)], Directory.GetDirectories(folder));
        Assert.False(File.Exists(Path.Combine(_models.Folder(TinyModels.Model), "of-the-old-one")));
        using var catalog = ModelRepository.Load(_models.Root, CPU);
        Assert.NotNull(catalog.Find(TinyModels.Model));
    }

    [Fact]
    public void Load_AbsentRepositoryOrEmptyVersion_IsReported()
    {
        Assert.Throws<ModelRepositoryException>(() => ModelRepository.Load(Path.Combine(_models.Root, "absent"), CPU));
        Directory.CreateDirectory(Path.Combine(_models.Root, "empty", "1"));

        using var catalog = ModelRepository.Load(_models.Root, CPU);

        var entry = Assert.Single(catalog.Entries);
        Assert.Equal((ModelState.Broken, ModelKind.Unknown), (entry.State, entry.Kind));
        Assert.Contains("no model.json", entry.Message, StringComparison.Ordinal);
    }

    private static void Compare(LoadedModel loaded)
    {
        const double HalfPrecision = 1e-2;
        var live = TinyModels.Package();
        var (z, t) = (Latent().requires_grad_(), tensor(new long[] { 20, 600 }));
        GoldenAssert.RelativeL2("denoise", live.Unet.Forward(z, t), loaded.Model.Denoise(z, t), HalfPrecision);
        var picture = loaded.Model.Decode(z, Quantisation.Nearest);
        GoldenAssert.RelativeL2("decode", live.FirstStage.Decode(z, quantize: true), picture, HalfPrecision);
        GoldenAssert.RelativeL2("encode", live.FirstStage.EncodeMode(Picture()), loaded.Model.Encode(Picture()), HalfPrecision);
        Assert.True(autograd.grad([picture.sum()], [z])[0].abs().sum().item<float>() > 0);

        var encoder = loaded.SeverityEncoders[TinyModels.Operator];
        var expected = TinyModels.EncoderPackage().Network.Forward(Picture());
        var estimate = encoder.Estimate(Picture());
        Assert.False(estimate.Severity.requires_grad);
        Assert.Equal(new ParameterRange(0.3, 3), encoder.TrainedRanges["std"]);
        Assert.Equal(["reflect"], encoder.TrainedChoices["border"]);
        GoldenAssert.RelativeL2("mean", expected.Mean, estimate.Mean, HalfPrecision);
        GoldenAssert.RelativeL2("severity", expected.Variance, estimate.Severity, HalfPrecision);
    }

    private static Tensor Latent() => arange(2 * 4 * 8 * 8, ScalarType.Float32).sin().view(2, 4, 8, 8);

    private static Tensor Picture() => (arange(2 * 3 * 16 * 16, ScalarType.Float32) * 0.3).cos().view(2, 3, 16, 16);
}
