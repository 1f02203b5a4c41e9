namespace FlashDiffusion.Models.Networks;

/// <summary>What <see cref="TokenAttentionKernel"/> works on.</summary>
internal unsafe struct TokenAttentionWork
{
    public AttentionMaps Maps;

    /// <summary>For each task the matrices of a head.</summary>
    public float* Rooms;

    public bool Backward;
    public int Batch;
    public int Tasks;

    /// <summary>Numbers of a task's room.</summary>
    public readonly long Room => AttentionHead.Size(Maps.Tokens, Maps.Layout, Backward);

    /// <summary>Vector operations; see <see cref="WinogradWork.Operations"/>.</summary>
    public readonly long Operations => (Backward ? 5L : 2L) * Batch * Maps.Tokens * Maps.Tokens * Maps.Layout.Channels / WinogradWork.Lanes;
}
