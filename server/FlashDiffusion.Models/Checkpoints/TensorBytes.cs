using TorchSharp;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Checkpoints;

/// <summary>Fills tensors from files, in pieces that a span can hold.</summary>
internal static class TensorBytes
{
    private const long MaxChunkBytes = 1 << 30;

    /// <summary>Reads all elements of a tensor.</summary>
    /// <param name="target">A contiguous tensor on the CPU.</param>
    /// <param name="data">Where the elements lie, row-major.</param>
    /// <param name="position">First byte there.</param>
    public static void Fill(Tensor target, FileWindow data, long position)
    {
        using var flat = target.detach().view(-1);
        var elementBytes = SafetensorsTypes.Of(target.dtype).Bytes;
        var perChunk = MaxChunkBytes / elementBytes;
        for (long first = 0; first < flat.numel(); first += perChunk)
        {
            using var chunk = flat.narrow(0, first, Math.Min(perChunk, flat.numel() - first));
            data.ReadExactly(chunk.bytes, position + (first * elementBytes));
        }
    }

    /// <summary>A new tensor on the CPU with elements from a file.</summary>
    public static Tensor Read(IReadOnlyList<long> shape, ScalarType type, FileWindow data, long position)
    {
        var tensor = empty([.. shape], type);
        try
        {
            Fill(tensor, data, position);
            return tensor;
        }
        catch
        {
            tensor.Dispose();
            throw;
        }
    }

    /// <summary>Whether a file's bytes are a tensor's bytes as they stand.</summary>
    public static bool CanFill(Tensor target, ScalarType stored) => target.dtype == stored && target.device_type == DeviceType.CPU && target.is_contiguous();
}
