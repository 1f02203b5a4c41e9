namespace FlashDiffusion.Models.Repository;

/// <summary>Whether a model of the repository can be served.</summary>
internal enum ModelState
{
    /// <summary>Loaded, warmed up and checked against its own numbers.</summary>
    Ready,

    /// <summary>Refused; the entry's message says why.</summary>
    Broken,

    /// <summary>Refused before anything was allocated: its weights are larger than the memory that they may take.</summary>
    OverBudget,
}
