using FlashDiffusion.Models.Checkpoints;
using FlashDiffusion.Models.Networks;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Repository;

/// <summary>
/// Writes trained networks into a repository: weights in half precision, <c>model.json</c>, and the numbers of the self-check,
/// computed from the weights as they were written. The version folder appears, or is replaced, only when it is complete; the one that it replaces is moved
/// aside (<c>.version.old</c>) and deleted last: whoever is killed between the two leaves a complete one there, to be moved back by hand.
/// </summary>
internal static class ModelPackager
{
    private const string FirstStageFile = "autoencoder.safetensors";
    private const string UnetFile = "unet.safetensors";
    private const string SeverityFile = "severity.safetensors";
    private const string NumbersFile = "selfcheck.safetensors";

    public static void Write(string repository, LatentDiffusionPackage package)
    {
        using var scope = NewDisposeScope();
        var staging = Stage(repository, package.Name, package.Version);
        var manifest = new LatentDiffusionManifest
        {
            Description = package.Description,
            FirstStage = NetworkConfig.Of(package.FirstStage.Config),
            Unet = NetworkConfig.Of(package.Unet.Config),
            Schedule = package.Schedule,
            ScaleFactor = package.ScaleFactor,
            Parameterization = package.Parameterization,
            MaximumSide = package.MaximumSide,
            FirstStageWeights = WriteWeights(staging, FirstStageFile, package.FirstStage),
            UnetWeights = WriteWeights(staging, UnetFile, package.Unet),
            Preview = package.Preview,
            Presets = package.Presets,
            SelfCheck = new SelfCheckManifest { Numbers = new WeightFile { File = NumbersFile } },
        };
        using var model = LatentDiffusionLoader.LoadUnchecked(staging, manifest, CPU);
        ManifestFile.Write(staging.Path, manifest with { SelfCheck = WriteNumbers(staging, SelfCheck.Numbers(model)) });
        Publish(staging, package.Version);
    }

    public static void Write(string repository, SeverityEncoderPackage package)
    {
        using var scope = NewDisposeScope();
        var modelFolder = new ModelFolder(Path.GetFullPath(repository), package.Model, package.ModelVersion);
        var modelManifest = ManifestFile.Read(modelFolder) as LatentDiffusionManifest
            ?? throw new ModelRepositoryException($"'{package.Model}' version '{package.ModelVersion}' is not a latent diffusion model.");
        using var model = LatentDiffusionLoader.Load(modelFolder, modelManifest, CPU);
        var staging = Stage(repository, package.Name, package.Version);
        var manifest = new SeverityEncoderManifest
        {
            Description = package.Description,
            Model = package.Model,
            ModelVersion = package.ModelVersion,
            Operator = package.Operator,
            TrainedRanges = package.TrainedRanges.ToDictionary(pair => pair.Key, pair => (IReadOnlyList<double>)[pair.Value.Minimum, pair.Value.Maximum]),
            TrainedChoices = package.TrainedChoices,
            FirstStage = NetworkConfig.Of(package.Network.Config),
            Weights = WriteWeights(staging, SeverityFile, package.Network),
            SelfCheck = new SelfCheckManifest { Numbers = new WeightFile { File = NumbersFile } },
        };
        using var encoder = SeverityEncoderLoader.LoadUnchecked(staging, manifest, model);
        ManifestFile.Write(staging.Path, manifest with { SelfCheck = WriteNumbers(staging, SelfCheck.Numbers(encoder, model)) });
        Publish(staging, package.Version);
    }

    // A leading dot keeps the unfinished folder out of the repository.
    private static ModelFolder Stage(string repository, string name, string version)
    {
        var staging = new ModelFolder(Path.GetFullPath(repository), name, $".{version}.partial");
        Remove(staging.Path);
        Directory.CreateDirectory(staging.Path);
        return staging;
    }

    private static WeightFile WriteWeights(ModelFolder staging, string file, nn.Module network)
    {
        var path = staging.Resolve(file);
        SafetensorsWriter.WriteState(path, network, ScalarType.Float16, new Dictionary<string, string> { ["format"] = "pt" });
        return new WeightFile { File = file, Sha256 = ModelFolder.Hash(path) };
    }

    private static SelfCheckManifest WriteNumbers(ModelFolder staging, IReadOnlyDictionary<string, Tensor> numbers)
    {
        var path = staging.Resolve(NumbersFile);
        SelfCheck.Write(path, numbers);
        return new SelfCheckManifest { Numbers = new WeightFile { File = NumbersFile, Sha256 = ModelFolder.Hash(path) } };
    }

    private static void Publish(ModelFolder staging, string version)
    {
        var target = Path.Combine(staging.Repository, staging.Name, version);
        var old = Path.Combine(staging.Repository, staging.Name, $".{version}.old");
        if (Directory.Exists(target))
        {
            // Left by a packager that was killed, and of no use as long as there is a version.
            Remove(old);
            Directory.Move(target, old);
        }

        Directory.Move(staging.Path, target);
        Remove(old);
    }

    private static void Remove(string folder)
    {
        if (Directory.Exists(folder))
        {
            Directory.Delete(folder, recursive: true);
        }
    }
}
