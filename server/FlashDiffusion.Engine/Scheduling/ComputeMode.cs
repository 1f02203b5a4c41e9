namespace FlashDiffusion.Engine.Scheduling;

/// <summary>What a result may depend on beside its request.</summary>
internal enum ComputeMode
{
    /// <summary>Batches as they come: the noise is always exactly equal, the rest within a tolerance.</summary>
    Fast,

    /// <summary>Every unit in one fixed shape: equal bit for bit, whatever the companions and the row.</summary>
    Exact,
}
