namespace FlashDiffusion.Models.Networks;

/// <summary>What <see cref="AttentionKernel"/> works on; all maps are (B, positions, channels) in memory.</summary>
internal unsafe struct AttentionWork
{
    /// <summary>The block's input, (B, positions, C).</summary>
    public float* X;

    /// <summary>Of the heads; the gradients are a task's own.</summary>
    public AttentionMaps Maps;

    /// <summary>(B, 4, C): statistics of the normalisation.</summary>
    public float* Statistics;

    /// <summary>Gradient with respect to the output; only backward.</summary>
    public float* OutputGradient;

    /// <summary>Forward the output; backward the gradient with respect to the input.</summary>
    public float* Output;

    /// <summary>Weight of the map to queries, keys and values, or of its transpose.</summary>
    public float* QueryKeyValue;

    /// <summary>(3 C); only forward.</summary>
    public float* QueryKeyValueBias;

    /// <summary>Weight of the map that follows the heads, or of its transpose.</summary>
    public float* Projection;

    /// <summary>(C); only forward.</summary>
    public float* ProjectionBias;

    public NormWork Norm;

    /// <summary>Memory of the tasks; see <see cref="AttentionRooms"/>.</summary>
    public float* Rooms;

    public bool Backward;
    public int Batch;
    public int Tasks;

    public readonly int Positions => Maps.Tokens;

    public readonly int Channels => Maps.Layout.Channels;

    /// <summary>Vector operations; see <see cref="WinogradWork.Operations"/>.</summary>
    public readonly long Operations => (long)Batch * Positions * Channels * ((4L * Channels) + (2L * Positions)) / WinogradWork.Lanes;
}
