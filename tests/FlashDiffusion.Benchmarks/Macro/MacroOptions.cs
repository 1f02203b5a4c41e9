using System.Collections.Immutable;

namespace FlashDiffusion.Benchmarks.Macro;

/// <summary>What the command line says.</summary>
internal sealed record MacroOptions
{
    /// <summary>Where the JSON object grows; plots lie beside it.</summary>
    public required string Output { get; init; }

    /// <summary>Small sizes: minutes instead of hours, labelled so.</summary>
    public bool Quick { get; init; }

    /// <summary>Folder of the pictures that a manifest names; null for the built-in photograph.</summary>
    public string? Pictures { get; init; }

    /// <summary>The manifest; null for the committed one that fits the pictures.</summary>
    public string? Manifest { get; init; }

    /// <summary>Arguments that every server gets beside a figure's own.</summary>
    public ImmutableArray<string> Server { get; init; } = [];
}
