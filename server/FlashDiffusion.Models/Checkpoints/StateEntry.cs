using static TorchSharp.torch;

namespace FlashDiffusion.Models.Checkpoints;

/// <summary>One entry of a published state dictionary.</summary>
/// <param name="Key">Its name.</param>
/// <param name="Shape">Sizes; none for a scalar.</param>
/// <param name="Type">Element type.</param>
/// <param name="IsBuffer">Whether it is a buffer rather than a parameter.</param>
internal sealed record StateEntry(string Key, IReadOnlyList<long> Shape, ScalarType Type, bool IsBuffer)
{
    public long Elements => Shape.Aggregate(1L, (product, size) => product * size);
}
