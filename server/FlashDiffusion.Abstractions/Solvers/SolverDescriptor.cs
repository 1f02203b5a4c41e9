using System.Collections.Immutable;

namespace FlashDiffusion;

/// <summary>What the catalog shows of a solver.</summary>
public sealed record SolverDescriptor
{
    /// <summary>Name in the API, lower_snake_case.</summary>
    public required string Name { get; init; }

    /// <summary>Semantic version of the implementation.</summary>
    public required string Version { get; init; }

    /// <summary>One or two sentences for users: what it does, and its source.</summary>
    public required string Description { get; init; }

    /// <summary>What it needs.</summary>
    public required SolverNeeds Needs { get; init; }

    /// <summary>Its parameters.</summary>
    public required ImmutableArray<ParameterDescriptor> Parameters { get; init; }

    /// <summary>Named settings from a publication, that a request or a model may pick.</summary>
    public ImmutableArray<NamedPreset> Presets { get; init; } = [];
}
