using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Forecasts;

/// <summary>Units of work that take about equally long. Names only, so that it never keeps a model or a plugin alive.</summary>
/// <param name="Stage">Kind of work.</param>
/// <param name="Model">Model and version.</param>
/// <param name="Runner">Solver or operator, and version.</param>
/// <param name="Kind">Kind of step.</param>
/// <param name="Working">Shape of the picture that the model works on.</param>
internal readonly record struct TimingKey(Stage Stage, string Model, string Runner, string Kind, PictureShape Working)
{
    /// <summary>
    /// <see cref="LaneKey.Operator"/>: a wide kernel takes longer than a mask, where they are lanes of their own; where they share steps, steps take what the
    /// mix of them took lately (<see cref="OperatorTimes"/> tells them apart). Empty without operator.
    /// </summary>
    public string Operator { get; init; } = "";

    /// <summary>Shape of the caller's picture, which the operator acts on.</summary>
    public PictureShape Picture { get; init; }

    /// <summary>Right formulas, or the research code's.</summary>
    public Compatibility Compatibility { get; init; }

    /// <summary>The same work at any size.</summary>
    public TimingKey AnySize => this with { Working = default, Picture = default };

    /// <summary>The same work of the networks, whatever else a step does.</summary>
    public TimingKey AnyOperator => this with { Operator = "", Picture = default, Compatibility = default };

    /// <summary>For logs; what the compiler would write has the two properties above in it, and theirs, without end.</summary>
    public override string ToString() => $"{Stage} {Model} {Runner} {Kind} {Operator} {Working} of {Picture} {Compatibility}";
}
