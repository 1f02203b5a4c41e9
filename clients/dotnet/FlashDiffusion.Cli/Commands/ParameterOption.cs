using System.Globalization;
using FlashDiffusion.V1;

namespace FlashDiffusion.Cli.Commands;

/// <summary>The form <c>name=value</c> of parameters.</summary>
internal static class ParameterOption
{
    /// <summary>Finite numbers become numbers, anything else a word; the server knows which one it wants.</summary>
    public static IEnumerable<KeyValuePair<string, ParameterValue>> Parse(string option, IEnumerable<string> assignments)
    {
        foreach (var assignment in assignments)
        {
            var split = assignment.IndexOf('=', StringComparison.Ordinal);
            if (split <= 0 || split == assignment.Length - 1)
            {
                throw CliException.Usage($"{option} '{assignment}': write NAME=VALUE, for example std=1.5; 'flash operators' and 'flash solvers' list the names.");
            }

            var text = assignment[(split + 1)..];
            var value = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
                ? new ParameterValue { Number = number }
                : new ParameterValue { Text = text };
            yield return new(assignment[..split], value);
        }
    }
}
