namespace FlashDiffusion.Client;

/// <summary>How much one server's answer counts beside those of others; a later value counts more, and of equal ones the last that came.</summary>
internal enum Finality
{
    /// <summary>What it tells of may have gone on at another server: a break leaves CANCELLED behind where the work was.</summary>
    PerhapsMoved,

    /// <summary>It failed for a reason that is said; only another server where it goes on or is done knows better.</summary>
    Failed,

    /// <summary>No other server need be asked.</summary>
    LastWord,
}
