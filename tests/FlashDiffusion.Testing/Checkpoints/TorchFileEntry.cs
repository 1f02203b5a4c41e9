using static TorchSharp.torch;

namespace FlashDiffusion.Testing.Checkpoints;

/// <summary>One tensor of a checkpoint that a test writes.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Shape">Its sizes.</param>
/// <param name="Make">Makes it when its turn has come, float32, contiguous; the writer disposes it.</param>
internal sealed record TorchFileEntry(string Key, long[] Shape, Func<Tensor> Make)
{
    /// <summary>Key of an earlier entry whose data it shares; null for data of its own.</summary>
    public string? SharedWith { get; init; }

    public long Elements => Shape.Aggregate(1L, (product, size) => product * size);
}
