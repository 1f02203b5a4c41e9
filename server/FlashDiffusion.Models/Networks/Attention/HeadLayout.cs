namespace FlashDiffusion.Models.Networks;

/// <summary>How queries, keys and values of several heads lie in the 3 C channels of a token.</summary>
/// <param name="Channels">C; each head has a multiple of 32 of them.</param>
/// <param name="Heads">Number of heads.</param>
/// <param name="ProjectionsFirst">Whether channels are split into query, key and value first and then into heads, or the other way round.</param>
internal readonly record struct HeadLayout(int Channels, int Heads, bool ProjectionsFirst)
{
    /// <summary>Channels of a head.</summary>
    public int Width => Channels / Heads;

    /// <summary>Where a head's queries (0), keys (1) or values (2) begin.</summary>
    public int Place(int head, int which) => ProjectionsFirst ? (which * Channels) + (head * Width) : ((3 * head) + which) * Width;
}
