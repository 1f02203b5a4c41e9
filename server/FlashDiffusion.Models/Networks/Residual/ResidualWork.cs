namespace FlashDiffusion.Models.Networks;

/// <summary>What <see cref="ResidualKernel"/> works on; all maps are (B, h, w, C) in memory.</summary>
internal unsafe struct ResidualWork
{
    /// <summary>The block's input, (B, h, w, in).</summary>
    public float* X;

    /// <summary>Between the halves, (B, h, w, out): the second normalisation's input.</summary>
    public float* Inner;

    /// <summary>Forward the map that goes around the halves, (B, h, w, out). Backward, where that is the input itself, the gradient that comes back along it; else null.</summary>
    public float* Around;

    /// <summary>Gradient with respect to the output; only backward.</summary>
    public float* OutputGradient;

    /// <summary>Forward the output; backward the gradient with respect to the input.</summary>
    public float* Output;

    /// <summary>(B, 4, in), then (B, 4, out): statistics of the two normalisations.</summary>
    public float* Statistics;

    public NormWork FirstNorm;
    public NormWork SecondNorm;
    public WinogradWork FirstConvolution;
    public WinogradWork SecondConvolution;

    public bool Backward;
    public int Batch;
    public int Height;
    public int Width;
    public int InChannels;
    public int OutChannels;

    /// <summary>Rows of a group, which goes through the block together.</summary>
    public int RowsPerGroup;

    /// <summary>Groups that are computed by a thread each, side by side.</summary>
    public int GroupsAside;

    /// <summary>Threads that compute groups at the same time.</summary>
    public int Tasks;

    public ResidualRooms Rooms;

    /// <summary>Rows of those groups; all threads together compute the others.</summary>
    public readonly int RowsAside => Math.Min(Batch, GroupsAside * RowsPerGroup);

    public readonly int Pixels => Height * Width;

    /// <summary>Vector operations of the convolutions; see <see cref="WinogradWork.Operations"/>.</summary>
    public readonly long Operations => (long)Batch * Pixels * WinogradWork.PointsOf(wide: false) / (WinogradWork.Tile * WinogradWork.Tile) * OutChannels * (InChannels + OutChannels) / WinogradWork.Lanes;

    /// <summary>
    /// Cuts the batch into groups: one row, or as many of a small map as have the tiles that a convolution does at once. Between the layers a group's map then lies in
    /// the second-level cache. Rows that are too few for a group a thread stay together. How it is cut changes no bit of the result.
    /// </summary>
    /// <param name="threads">Threads that may work on it.</param>
    public void Cut(int threads)
    {
        var tiles = ((Height + WinogradWork.Tile - 1) / WinogradWork.Tile) * ((Width + WinogradWork.Tile - 1) / WinogradWork.Tile);
        RowsPerGroup = Math.Min((WinogradWork.MostTiles + tiles - 1) / tiles, (Batch + threads - 1) / threads);
        GroupsAside = (Batch + RowsPerGroup - 1) / RowsPerGroup / threads * threads;
        Tasks = threads;
    }
}
