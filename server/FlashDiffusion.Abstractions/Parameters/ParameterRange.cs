namespace FlashDiffusion;

/// <summary>A closed range of a number.</summary>
/// <param name="Minimum">Smallest value.</param>
/// <param name="Maximum">Largest value.</param>
public readonly record struct ParameterRange(double Minimum, double Maximum)
{
    /// <summary>Whether <paramref name="value"/> lies in the range; NaN never does.</summary>
    /// <param name="value">The value.</param>
    /// <returns>True inside or on the ends.</returns>
    public bool Contains(double value) => value >= Minimum && value <= Maximum;
}
