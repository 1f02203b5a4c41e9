namespace FlashDiffusion.Cli.Bench;

/// <summary>When requests arrive.</summary>
internal enum Arrivals
{
    /// <summary>By chance and independent of each other, as those of many users.</summary>
    Poisson,

    /// <summary>At equal distances.</summary>
    Even,
}
