namespace FlashDiffusion.Server.Catalogs;

/// <summary>Whether a model can be used.</summary>
internal enum ServedState
{
    /// <summary>It is being loaded or warmed up.</summary>
    Loading,

    /// <summary>It can be used.</summary>
    Ready,

    /// <summary>It can't; the reason says why.</summary>
    Failed,

    /// <summary>It takes nothing new, and ends what it has.</summary>
    Unloading,

    /// <summary>Its weights are freed.</summary>
    Unloaded,
}
