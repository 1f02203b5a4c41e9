namespace FlashDiffusion.Engine.Budgets;

/// <summary>What a request wants where its budget does not suffice for the whole trajectory.</summary>
internal enum TightDeadline
{
    /// <summary>A shorter trajectory.</summary>
    Shorten,

    /// <summary>The whole one or none.</summary>
    Refuse,
}
