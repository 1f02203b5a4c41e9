namespace FlashDiffusion.EndToEnd.Tests.Interop.Grid;

/// <summary>What became of a cell.</summary>
internal enum GridOutcome
{
    /// <summary>It does what it should.</summary>
    Works,

    /// <summary>The client can't by its nature, which the text names; what it can instead was checked.</summary>
    ByNature,

    /// <summary>It does not do what it should.</summary>
    Broken,
}
