namespace FlashDiffusion;

/// <summary>Which formulas apply where the research code differs from what is right.</summary>
public enum Compatibility
{
    /// <summary>The right formulas.</summary>
    Standard,

    /// <summary>The published research code's behaviour, faults included, so that its numbers can be reproduced.</summary>
    Official,
}
