using static TorchSharp.torch;

namespace FlashDiffusion.Models.Checkpoints;

/// <summary>Named tensors in a file.</summary>
internal interface ICheckpoint
{
    /// <summary>What error messages call this file.</summary>
    string Source { get; }

    /// <summary>All entries by name, in the order of the file.</summary>
    IReadOnlyDictionary<string, TensorEntry> Entries { get; }

    /// <summary>Reads one tensor to the CPU, in the type in which it is stored. The caller disposes it.</summary>
    Tensor Read(string name);
}
