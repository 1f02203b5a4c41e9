using System.CommandLine;
using System.Security.Cryptography;
using FlashDiffusion.Plugins.LatentDps;
using FlashDiffusion.Trainer.Evaluation;
using TorchSharp;

namespace FlashDiffusion.Trainer.Commands;

/// <summary>The options that <c>evaluate</c> and <c>tune</c> share.</summary>
internal sealed class EvaluationOptions
{
    public Option<string> Weights { get; } = new("--weights") { Description = "Folder with autoencoder, unet and severity-* safetensors.", Required = true };

    public Option<string> Pictures { get; } = new("--pictures") { Description = "Folder of the pictures that the manifest names.", Required = true };

    public Option<string> Manifest { get; } = new("--manifest") { Description = "Fixed list of crops (see the manifest command).", Required = true };

    public Option<string> Cache { get; } = new("--cache") { Description = "Folder where results are kept, to go on after a cut.", Required = true };

    public Option<int> Crops { get; } = new("--crops") { Description = "Use the first so many crops.", DefaultValueFactory = _ => int.MaxValue };

    public Option<int> FlashCrops { get; } = new("--flash-crops") { Description = "Crops that run from their adaptive start; 0 measures only what needs no chain.", DefaultValueFactory = _ => int.MaxValue };

    public Option<int> FixedCrops { get; } = new("--fixed-crops") { Description = "Crops that also run from a fixed start.", DefaultValueFactory = _ => int.MaxValue };

    public Option<int> FullCrops { get; } = new("--full-crops") { Description = "Crops that run from pure noise: a thousand steps each.", DefaultValueFactory = _ => 12 };

    public Option<string[]> Operators { get; } = new("--operators")
    {
        Description = "Operator families; all if left out.",
        AllowMultipleArgumentsPerToken = true,
        DefaultValueFactory = _ => [.. EvaluatedOperator.All.Select(evaluated => evaluated.Name)],
    };

    public Option<int> Batch { get; } = new("--batch") { Description = "Chains in one batch.", DefaultValueFactory = _ => 16 };

    public Option<int> Threads { get; } = new("--threads") { Description = "Threads of libtorch.", DefaultValueFactory = _ => 2 };

    public Option<bool> Reduced { get; } = new("--bfloat16") { Description = "Run chains under bfloat16 autocast; the figures say so." };

    public void AddTo(Command command)
    {
        foreach (var option in (Option[])[Weights, Pictures, Manifest, Cache, Crops, FlashCrops, FixedCrops, FullCrops, Operators, Batch, Threads, Reduced])
        {
            command.Options.Add(option);
        }
    }

    /// <summary>Loads what the options name, with latent DPS to run.</summary>
    public (EvaluatedModel Model, ReconstructionRunner Runner, CropSet Crops, ResultStore Store) Open(ParseResult parsed)
    {
        var (model, crops, store) = Load(parsed);
        return (model, Runner(parsed, model, new LatentDpsSolver(), crops), crops, store);
    }

    /// <summary>Runs chains of a solver as the options say.</summary>
    public ReconstructionRunner Runner(ParseResult parsed, EvaluatedModel model, ILatentSolver solver, CropSet crops) =>
        new(model, solver, crops, parsed.GetValue(Batch), parsed.GetValue(Reduced));

    /// <summary>Loads what the options name.</summary>
    public (EvaluatedModel Model, CropSet Crops, ResultStore Store) Load(ParseResult parsed)
    {
        torch.set_num_threads(parsed.GetValue(Threads));
        var model = new EvaluatedModel(parsed.GetValue(Weights)!);
        var crops = CropSet.Load(EvaluationManifest.Read(parsed.GetValue(Manifest)!), parsed.GetValue(Pictures)!, parsed.GetValue(Crops));
        return (model, crops, new ResultStore(parsed.GetValue(Cache)!));
    }

    /// <summary>How many crops run through each kind of chain.</summary>
    public ChainCounts Counts(ParseResult parsed) => new(parsed.GetValue(FlashCrops), parsed.GetValue(FixedCrops), parsed.GetValue(FullCrops));

    public IReadOnlyList<EvaluatedOperator> Chosen(ParseResult parsed) =>
        [.. parsed.GetValue(Operators)!.Select(name => EvaluatedOperator.All.Single(evaluated => evaluated.Name == name))];

    /// <summary>What results of one family depend on: its weights, the manifest and the precision.</summary>
    public string KeyOf(ParseResult parsed, EvaluatedOperator evaluated)
    {
        var weights = parsed.GetValue(Weights)!;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        foreach (var file in (string[])["autoencoder", "unet", "severity-" + evaluated.Name])
        {
            hash.AppendData(File.ReadAllBytes(Path.Combine(weights, file + ".safetensors")));
        }

        hash.AppendData(File.ReadAllBytes(parsed.GetValue(Manifest)!));
        return Convert.ToHexStringLower(hash.GetHashAndReset())[..12] + (parsed.GetValue(Reduced) ? "-bf16" : "");
    }
}
