using FlashDiffusion.Models.Checkpoints;
using FlashDiffusion.Models.Networks;
using FlashDiffusion.Trainer.Optimisation;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Networks;

/// <summary>Networks to and from safetensors files under their published parameter names.</summary>
internal static class PublishedWeights
{
    /// <summary>Loads the file, or fills the network with fresh start values when there is none.</summary>
    public static void LoadOrInitialize(nn.Module network, string? path, long seed)
    {
        if (path is null)
        {
            NetworkInitialization.Initialize(network, (ulong)seed);
        }
        else
        {
            Load(network, path);
        }
    }

    /// <summary>Loads exactly the network's parameters.</summary>
    public static void Load(nn.Module network, string path)
    {
        using var scope = NewDisposeScope();
        using var file = SafetensorsFile.Open(path);
        StrictLoader.Load(network, file);
    }

    /// <summary>A frozen network, for inference.</summary>
    public static T Frozen<T>(T network, string path)
        where T : nn.Module
    {
        Load(network, path);
        NetworkInitialization.Freeze(network);
        return network;
    }

    /// <summary>Writes all parameters in half precision.</summary>
    public static void Save(nn.Module network, string path)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!);
        SafetensorsWriter.WriteState(path, network, ScalarType.Float16);
    }

    /// <summary>The parameters to train, by name; the others of the network stay frozen.</summary>
    public static IReadOnlyList<TrainableParameter> Trainable(nn.Module network, Func<string, bool> isTrained)
    {
        var trained = new List<TrainableParameter>();
        foreach (var (name, parameter) in network.named_parameters())
        {
            parameter.requires_grad_(isTrained(name));
            if (isTrained(name))
            {
                trained.Add(new TrainableParameter(name, parameter));
            }
        }

        return trained;
    }
}
