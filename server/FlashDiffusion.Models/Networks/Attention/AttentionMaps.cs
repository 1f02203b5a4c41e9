namespace FlashDiffusion.Models.Networks;

/// <summary>What the heads of a batch read and write.</summary>
internal unsafe struct AttentionMaps
{
    /// <summary>(B, T, 3 C): queries, keys and values.</summary>
    public float* Packed;

    /// <summary>(B, T, C): what the heads give, side by side; forward it is made, backward read.</summary>
    public float* Output;

    /// <summary>(B, heads, 2, T padded to blocks): the greatest score of each query, and one over the sum of the powers of what is below it; forward made, backward read.</summary>
    public float* Statistics;

    /// <summary>Gradient with respect to the output; only backward.</summary>
    public float* OutputGradient;

    /// <summary>Gradient with respect to queries, keys and values; only backward.</summary>
    public float* PackedGradient;

    /// <summary>How queries, keys and values lie.</summary>
    public HeadLayout Layout;

    /// <summary>T.</summary>
    public int Tokens;

    /// <summary>Numbers of a row's statistics.</summary>
    public static long RowStatistics(int tokens, HeadLayout layout) => layout.Heads * HeadStatistics(tokens);

    /// <summary>Numbers of a head's statistics.</summary>
    public static long HeadStatistics(int tokens) => 2L * Padded(tokens);

    /// <summary>Tokens, as many as whole blocks of queries have.</summary>
    public static int Padded(int tokens) => (tokens + AttentionHead.Queries - 1) / AttentionHead.Queries * AttentionHead.Queries;

    /// <summary>The maps of one row of them.</summary>
    public readonly AttentionMaps Row(int row)
    {
        var map = (long)row * Tokens * Layout.Channels;
        var maps = this;
        maps.Packed += 3 * map;
        maps.Output += map;
        maps.Statistics += row * RowStatistics(Tokens, Layout);
        // Forward these are null, and nobody reads them.
        maps.OutputGradient += map;
        maps.PackedGradient += 3 * map;
        return maps;
    }
}
