using System.Text.Json;
using FlashDiffusion.Models.Checkpoints;
using FlashDiffusion.Trainer.Optimisation;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Runs;

/// <summary>
/// Weights, their average, the optimiser's state and the position in one file, replaced by a rename, so that a kill leaves
/// either the old checkpoint or the new one.
/// </summary>
internal sealed class TrainingCheckpoint(
    string folder, IReadOnlyList<TrainableParameter> parameters, SplitOptimizer optimizer, WeightAverage average)
{
    private const string PositionKey = "position";
    private readonly string _path = Path.Combine(folder, "checkpoint.safetensors");

    public void Save(RunPosition position)
    {
        var metadata = new Dictionary<string, string> { [PositionKey] = JsonSerializer.Serialize(position) };
        using var scope = NewDisposeScope();
        SafetensorsWriter.Write(_path, [.. State()], metadata);
    }

    /// <summary>Restores everything in place.</summary>
    /// <param name="seed">The seed of this run; another one than the checkpoint's would not continue it.</param>
    public RunPosition Load(long seed)
    {
        if (!File.Exists(_path))
        {
            throw new FileNotFoundException($"There is no checkpoint to resume from in '{folder}'.", _path);
        }

        using var scope = NewDisposeScope();
        using var guard = no_grad();
        using var file = SafetensorsFile.Open(_path);
        var position = JsonSerializer.Deserialize<RunPosition>(file.Metadata[PositionKey])
            ?? throw new InvalidDataException($"'{_path}' has no position.");
        if (position.Seed != seed)
        {
            throw new InvalidDataException($"The checkpoint began with seed {position.Seed}, not {seed}: resume with --seed {position.Seed}.");
        }

        var state = State().ToList();
        if (state.Count != file.Entries.Count || state.Any(pair => !file.Entries.TryGetValue(pair.Key, out var entry) || !entry.HasShape(pair.Value.shape)))
        {
            throw new InvalidDataException($"'{_path}' belongs to another network or optimiser; resume with the options that the run began with.");
        }

        foreach (var (name, tensor) in state)
        {
            tensor.copy_(file.Read(name));
        }

        return position;
    }

    private IEnumerable<KeyValuePair<string, Tensor>> State() =>
        parameters.Select(parameter => KeyValuePair.Create("weights." + parameter.Name, (Tensor)parameter.Value))
            .Concat(average.State())
            .Concat(optimizer.State().Select(pair => KeyValuePair.Create("optimizer." + pair.Key, pair.Value)));
}
