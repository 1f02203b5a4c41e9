using System.CommandLine;
using System.Globalization;

namespace FlashDiffusion.Cli.Commands;

/// <summary>Limits of numbers on the command line.</summary>
internal static class OptionRange
{
    /// <summary>Refuses numbers outside of a range, and NaN.</summary>
    /// <param name="option">The option.</param>
    /// <param name="minimum">Smallest number.</param>
    /// <param name="maximum">Largest number.</param>
    /// <param name="unit">What is counted; empty for a pure number.</param>
    public static Option<T> Between<T>(this Option<T> option, double minimum, double maximum, string unit = "")
    {
        option.Validators.Add(result =>
        {
            // What is no number at all is said by the parser.
            if (result.Tokens.Count > 0
                && double.TryParse(result.Tokens[^1].Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
                && !(value >= minimum && value <= maximum))
            {
                result.AddError(string.Create(CultureInfo.InvariantCulture, $"{option.Name} must be {minimum} to {maximum}{(unit.Length > 0 ? $" {unit}" : "")}."));
            }
        });
        return option;
    }
}
