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

    /// <summary>Copies one tensor into <paramref name="target"/>, converted to its type and device; straight from the file where both agree.</summary>
    /// <param name="name">Its key.</param>
    /// <param name="target">A tensor of the same shape, without gradient tracking.</param>
    void ReadInto(string name, Tensor target);
}
