namespace FlashDiffusion.Models.Checkpoints.Torch;

/// <summary>A tensor as a look at a storage, every element of which lies inside it.</summary>
internal sealed record TorchTensor
{
    private const int MaxDimensions = 64;

    private TorchTensor(TorchStorage storage, long offset, long[] shape, long[] strides, long extent)
    {
        (Storage, Offset, Shape, Strides, Extent) = (storage, offset, shape, strides, extent);
    }

    public TorchStorage Storage { get; }

    /// <summary>First element within the storage.</summary>
    public long Offset { get; }

    public IReadOnlyList<long> Shape { get; }

    /// <summary>Elements of the storage from one index to the next, by dimension; 0 repeats.</summary>
    public IReadOnlyList<long> Strides { get; }

    /// <summary>Elements of the storage from the first to the last one that is looked at.</summary>
    public long Extent { get; }

    public long Elements => Shape.Aggregate(1L, (product, size) => product * size);

    /// <summary>Whether the elements lie one after the other in row-major order.</summary>
    public bool IsContiguous
    {
        get
        {
            long expected = 1;
            for (var i = Shape.Count - 1; i >= 0; i--)
            {
                if (Shape[i] != 1 && Strides[i] != expected)
                {
                    return false;
                }

                expected *= Shape[i];
            }

            return true;
        }
    }

    /// <exception cref="CheckpointException">It would reach out of its storage, or is impossible in itself.</exception>
    public static TorchTensor Create(string source, TorchStorageView view, long offset, long[] shape, long[] strides)
    {
        if (shape.Length != strides.Length || shape.Length > MaxDimensions || offset < 0 || shape.Any(size => size < 0) || strides.Any(stride => stride < 0))
        {
            throw new CheckpointException($"'{source}' holds a tensor of shape ({string.Join(", ", shape)}), strides ({string.Join(", ", strides)}) and offset {offset}, which can't be.");
        }

        try
        {
            // Sizes of 0 count as 1 here, so that an empty tensor has possible strides too.
            _ = shape.Aggregate(1L, (product, size) => checked(product * Math.Max(size, 1)));
            var extent = shape.Contains(0) ? 0 : shape.Zip(strides).Aggregate(1L, (sum, axis) => checked(sum + ((axis.First - 1) * axis.Second)));
            return checked(offset + extent) <= view.Elements
                ? new TorchTensor(view.Storage, view.Offset + offset, shape, strides, extent)
                : throw new CheckpointException($"'{source}' holds a tensor that looks at elements {offset} to {offset + extent} of a storage of {view.Elements}.");
        }
        catch (OverflowException exception)
        {
            throw new CheckpointException($"'{source}' holds a tensor of shape ({string.Join(", ", shape)}), which is impossible.", exception);
        }
    }
}
