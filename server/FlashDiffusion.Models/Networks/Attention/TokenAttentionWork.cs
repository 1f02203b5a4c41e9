namespace FlashDiffusion.Models.Networks;

/// <summary>What <see cref="TokenAttentionHead"/> works on.</summary>
internal unsafe struct TokenAttentionWork
{
    /// <summary>Queries of a block: one panel of <see cref="WinogradProduct"/>.</summary>
    public const int Queries = WinogradProduct.Panel;

    /// <summary>Keys of a block: its scores and their gradients, 64 KB each, and its keys and values stay in the second-level cache.</summary>
    public const int Keys = 256;

    /// <summary>(B, T, 3 C): queries, keys and values.</summary>
    public float* Packed;

    /// <summary>(B, T, C): what the heads give, side by side.</summary>
    public float* Output;

    /// <summary>(B, heads, 2, T padded to blocks): the greatest score of each query, and one over the sum of the powers of what is below it.</summary>
    public float* Statistics;

    /// <summary>Gradient with respect to the output; only backward.</summary>
    public float* OutputGradient;

    /// <summary>Gradient with respect to queries, keys and values; only backward.</summary>
    public float* PackedGradient;

    /// <summary>Memory of the tasks; see <see cref="TokenAttentionRooms"/>.</summary>
    public float* Rooms;

    /// <summary>How queries, keys and values lie.</summary>
    public HeadLayout Layout;

    public bool Backward;
    public int Batch;
    public int Tokens;
    public int Tasks;

    /// <summary>Vector operations; see <see cref="WinogradWork.Operations"/>.</summary>
    public readonly long Operations => (Backward ? 5L : 2L) * Batch * Tokens * Tokens * Layout.Channels / WinogradWork.Lanes;

    /// <summary>Tokens, as many as whole blocks of queries have.</summary>
    public static int Padded(int tokens) => (tokens + Queries - 1) / Queries * Queries;
}
