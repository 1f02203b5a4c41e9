using static TorchSharp.torch;

namespace FlashDiffusion.Models.Checkpoints;

/// <summary>Type, shape and place of one tensor in a checkpoint.</summary>
/// <param name="Name">Its key.</param>
/// <param name="Type">Type of the stored elements.</param>
/// <param name="Shape">Sizes; none for a scalar.</param>
/// <param name="Offset">First byte in the file.</param>
/// <param name="Bytes">Number of bytes.</param>
internal sealed record TensorEntry(string Name, ScalarType Type, IReadOnlyList<long> Shape, long Offset, long Bytes)
{
    public bool HasShape(IReadOnlyList<long> other) => Shape.SequenceEqual(other);
}
