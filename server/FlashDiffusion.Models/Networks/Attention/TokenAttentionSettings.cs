namespace FlashDiffusion.Models.Networks;

/// <summary>How queries, keys and values are packed for <see cref="TokenAttention"/>.</summary>
/// <param name="Heads">Number of heads; each has a multiple of 32 channels.</param>
/// <param name="ProjectionsFirst">Whether channels are split into query, key and value first and then into heads, or the other way round.</param>
internal sealed record TokenAttentionSettings(int Heads, bool ProjectionsFirst);
