using System.Globalization;

namespace FlashDiffusion.Server.Requests;

/// <summary>Reads the noise of an operator, in whichever of the two conventions it comes.</summary>
internal static class NoiseLevel
{
    /// <summary>Noise where a request says none, on [0, 1] (arXiv 2309.06642, section 4).</summary>
    public const double DefaultStd = 0.05;

    /// <summary>Largest noise on [0, 1].</summary>
    private const double LargestStd = 1;

    /// <summary>Standard deviation on [-1, 1]; what is wrong goes to <paramref name="problems"/>.</summary>
    public static double ReadSigned(V1.ForwardOperator message, RequestProblems problems)
    {
        if (!Enum.IsDefined(message.NoiseRange))
        {
            problems.Add("operator.noise_range", $"There is no noise range {(int)message.NoiseRange}.");
        }

        if (!message.HasNoiseStd)
        {
            return 2 * DefaultStd;
        }

        var signed = message.NoiseRange == V1.NoiseRange.Signed;
        var largest = signed ? 2 * LargestStd : LargestStd;
        if (!(message.NoiseStd >= 0 && message.NoiseStd <= largest))
        {
            problems.Add("operator.noise_std", string.Create(
                CultureInfo.InvariantCulture, $"The standard deviation of the noise must lie in [0, {largest}] (on pictures in {(signed ? "[-1, 1]" : "[0, 1]")}), but is {message.NoiseStd}."));
        }

        return signed ? message.NoiseStd : 2 * message.NoiseStd;
    }
}
