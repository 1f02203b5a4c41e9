using System.Collections.Immutable;

namespace FlashDiffusion;

/// <summary>A parameter of a solver or an operator, as the catalog shows it and as requests are checked against it.</summary>
public sealed record ParameterDescriptor
{
    private ParameterDescriptor()
    {
    }

    /// <summary>Name in the API, lower_snake_case.</summary>
    public required string Name { get; init; }

    /// <summary>What values it takes.</summary>
    public required ParameterKind Kind { get; init; }

    /// <summary>Value if the request gives none; null where the request must give one.</summary>
    public ParameterValue? Default { get; init; }

    /// <summary>Allowed range of a number.</summary>
    public ParameterRange Range { get; init; }

    /// <summary>Allowed words of a choice.</summary>
    public ImmutableArray<string> Choices { get; init; } = [];

    /// <summary>Unit and range convention, for example <c>pixels</c> or <c>standard deviation on [0, 1]</c>; empty if a pure number.</summary>
    public string Unit { get; init; } = "";

    /// <summary>Symbol in the paper, for example <c>eta</c>; empty if it has none.</summary>
    public string Symbol { get; init; } = "";

    /// <summary>One sentence for users.</summary>
    public required string Description { get; init; }

    /// <summary>Whether all rows of one batch must agree on it (a kernel size, a scale), since it decides shapes.</summary>
    public bool Structural { get; init; }

    /// <summary>
    /// Whether it is the strength of something that every step applies once, such as a guidance scale: where a budget leaves fewer
    /// steps, the planner makes it larger.
    /// </summary>
    public bool PerStep { get; init; }

    /// <summary>A real parameter.</summary>
    /// <param name="name">Name in the API.</param>
    /// <param name="defaultValue">Default; null if required.</param>
    /// <param name="minimum">Smallest allowed value.</param>
    /// <param name="maximum">Largest allowed value.</param>
    /// <param name="description">One sentence for users.</param>
    /// <returns>The descriptor.</returns>
    public static ParameterDescriptor Number(string name, double? defaultValue, double minimum, double maximum, string description) => new()
    {
        Name = name,
        Kind = ParameterKind.Number,
        Default = defaultValue is { } value ? ParameterValue.Of(value) : null,
        Range = new ParameterRange(minimum, maximum),
        Description = description,
    };

    /// <summary>A whole-number parameter.</summary>
    /// <param name="name">Name in the API.</param>
    /// <param name="defaultValue">Default; null if required.</param>
    /// <param name="minimum">Smallest allowed value.</param>
    /// <param name="maximum">Largest allowed value.</param>
    /// <param name="description">One sentence for users.</param>
    /// <returns>The descriptor.</returns>
    public static ParameterDescriptor Integer(string name, int? defaultValue, int minimum, int maximum, string description) =>
        Number(name, defaultValue, minimum, maximum, description) with { Kind = ParameterKind.Integer };

    /// <summary>A choice among words; the first is the default.</summary>
    /// <param name="name">Name in the API.</param>
    /// <param name="description">One sentence for users.</param>
    /// <param name="choices">Allowed words, at least one.</param>
    /// <returns>The descriptor.</returns>
    public static ParameterDescriptor Choice(string name, string description, params ReadOnlySpan<string> choices) => new()
    {
        Name = name,
        Kind = ParameterKind.Choice,
        Default = ParameterValue.Of(choices[0]),
        Choices = [.. choices],
        Description = description,
    };
}
