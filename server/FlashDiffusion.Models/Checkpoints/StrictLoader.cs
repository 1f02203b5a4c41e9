using static TorchSharp.torch;

namespace FlashDiffusion.Models.Checkpoints;

/// <summary>Fills a network from a checkpoint that must hold exactly the network's state.</summary>
internal static class StrictLoader
{
    /// <summary>Copies every tensor of the network's state from <paramref name="checkpoint"/>, converted to the network's precision and device.</summary>
    /// <param name="network">Network to fill.</param>
    /// <param name="checkpoint">Weights.</param>
    /// <param name="rename">From the network's key to the checkpoint's; null for equal names.</param>
    /// <param name="ignore">Keys of the checkpoint that need not belong to the network; null for none.</param>
    /// <exception cref="CheckpointMismatchException">Keys are missing, unexpected or of another shape; nothing was copied.</exception>
    public static void Load(nn.Module network, ICheckpoint checkpoint, Func<string, string>? rename = null, Func<string, bool>? ignore = null)
    {
        var wanted = network.state_dict().Select(pair => (Key: rename?.Invoke(pair.Key) ?? pair.Key, Target: pair.Value)).ToArray();
        Check(wanted, checkpoint, ignore);
        using var ungraded = no_grad();
        foreach (var (key, target) in wanted)
        {
            checkpoint.ReadInto(key, target);
        }
    }

    private static void Check(IReadOnlyList<(string Key, Tensor Target)> wanted, ICheckpoint checkpoint, Func<string, bool>? ignore)
    {
        var missing = new List<string>();
        var misshapen = new List<string>();
        foreach (var (key, target) in wanted)
        {
            if (!checkpoint.Entries.TryGetValue(key, out var entry))
            {
                missing.Add(key);
            }
            else if (!entry.HasShape(target.shape))
            {
                misshapen.Add($"{key} ({string.Join('x', entry.Shape)} instead of {string.Join('x', target.shape)})");
            }
        }

        var known = wanted.Select(item => item.Key).ToHashSet(StringComparer.Ordinal);
        string[] unexpected = [.. checkpoint.Entries.Keys.Where(key => !known.Contains(key) && ignore?.Invoke(key) != true)];
        if (missing.Count > 0 || unexpected.Length > 0 || misshapen.Count > 0)
        {
            throw new CheckpointMismatchException(checkpoint.Source, missing, unexpected, misshapen);
        }
    }
}
