using System.Globalization;

namespace FlashDiffusion;

/// <summary>Value of a parameter: a number or a word.</summary>
public readonly record struct ParameterValue
{
    private ParameterValue(double number, string? text)
    {
        Number = number;
        Text = text;
    }

    /// <summary>The number; NaN for a word.</summary>
    public double Number { get; }

    /// <summary>The word; null for a number.</summary>
    public string? Text { get; }

    /// <summary>A numeric value.</summary>
    /// <param name="number">The number.</param>
    /// <returns>The value.</returns>
    public static ParameterValue Of(double number) => new(number, null);

    /// <summary>A word.</summary>
    /// <param name="text">The word.</param>
    /// <returns>The value.</returns>
    public static ParameterValue Of(string text) => new(double.NaN, text);

    /// <inheritdoc/>
    public override string ToString() => Text ?? Number.ToString("R", CultureInfo.InvariantCulture);
}
