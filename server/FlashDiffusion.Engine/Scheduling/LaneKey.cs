namespace FlashDiffusion.Engine.Scheduling;

/// <summary>Work with equal keys can share one network call.</summary>
internal sealed record LaneKey
{
    /// <summary>A step that is not planned yet, of whatever kind. No work is in such a lane: it says what a step would take.</summary>
    public const string AnyKind = "*";

    /// <summary>Kind of work.</summary>
    public required Stage Stage { get; init; }

    /// <summary>The model; compared by identity.</summary>
    public required object Model { get; init; }

    /// <summary>What runs the work, a solver or a severity encoder; null if the engine itself does. Compared by identity.</summary>
    public object? Runner { get; init; }

    /// <summary>Kind of step; or <see cref="AnyKind"/>.</summary>
    public string Kind { get; init; } = "";

    /// <summary>Shape of the picture that the model works on.</summary>
    public required PictureShape Working { get; init; }

    /// <summary>Shape of the caller's picture, which the operator acts on.</summary>
    public required PictureShape Picture { get; init; }

    /// <summary>
    /// What the operators of its work have in common: the measurement's shape where rows are dealt out to several linear ones, else name and structural key.
    /// Empty if the work needs none.
    /// </summary>
    public string Operator { get; init; } = "";

    /// <summary>The only operator's family, null if there are several or none: of two versions of a plugin each binds its own. Compared by identity.</summary>
    public object? Family { get; init; }

    /// <summary>Right formulas, or the research code's.</summary>
    public Compatibility Compatibility { get; init; }

    /// <summary>Whether its units have one fixed shape.</summary>
    public ComputeMode Mode { get; init; }

    /// <summary>Number of the sample if it must stay alone, as in official mode; else 0.</summary>
    public long Alone { get; init; }
}
