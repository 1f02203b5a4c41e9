namespace FlashDiffusion.Noise;

/// <summary>
/// Box-Muller in float64 with series of our own for logarithm, sine and cosine: only additions, multiplications, divisions and
/// square roots, which IEEE 754 fixes to the last bit, so that every machine draws the same noise. The mathematics library of
/// the platform would not promise that. Errors are below 1e-15, far under the single rounding to float32 that follows.
/// </summary>
internal static class NormalPair
{
    private const double TwoToMinus32 = 1.0 / 4294967296.0;
    private const double RadiansPerUnit = Math.PI / 2147483648.0;
    private const double Ln2 = 0.693147180559945309417;
    private const double Sqrt2 = 1.41421356237309504880;

    /// <summary>Two independent standard normal numbers from 64 random bits.</summary>
    public static (float First, float Second) FromBits(uint radiusBits, uint angleBits)
    {
        // (n + 1) / 2^32 lies in (0, 1]: never the logarithm of zero.
        double radius = Math.Sqrt(-2 * Log((radiusBits + 1.0) * TwoToMinus32));

        // The angle is angleBits / 2^32 of a turn. Taking out the nearest quarter turn in integers is exact.
        uint quarter = (angleBits + 0x20000000u) >> 30;
        double rest = (int)(angleBits - (quarter << 30)) * RadiansPerUnit;
        (double sin, double cos) = SinCos(rest);
        (double first, double second) = quarter switch
        {
            0 => (cos, sin),
            1 => (-sin, cos),
            2 => (-cos, -sin),
            _ => (sin, -cos),
        };
        return ((float)(radius * first), (float)(radius * second));
    }

    // ln x = e ln 2 + 2 artanh((m - 1)/(m + 1)) with x = m 2^e and m in [sqrt(1/2), sqrt 2).
    private static double Log(double x)
    {
        long bits = BitConverter.DoubleToInt64Bits(x);
        int exponent = (int)(bits >> 52) - 1023;
        double mantissa = BitConverter.Int64BitsToDouble((bits & 0x000FFFFFFFFFFFFFL) | 0x3FF0000000000000L);
        if (mantissa >= Sqrt2)
        {
            mantissa *= 0.5;
            exponent++;
        }

        double s = (mantissa - 1) / (mantissa + 1);
        double s2 = s * s;
        double series = 1.0 / 21;
        series = (series * s2) + (1.0 / 19);
        series = (series * s2) + (1.0 / 17);
        series = (series * s2) + (1.0 / 15);
        series = (series * s2) + (1.0 / 13);
        series = (series * s2) + (1.0 / 11);
        series = (series * s2) + (1.0 / 9);
        series = (series * s2) + (1.0 / 7);
        series = (series * s2) + (1.0 / 5);
        series = (series * s2) + (1.0 / 3);
        return (exponent * Ln2) + (2 * s) + (2 * s * s2 * series);
    }

    // Taylor series on [-pi/4, pi/4]; the first term left out is below 1e-17.
    private static (double Sin, double Cos) SinCos(double x)
    {
        double x2 = x * x;
        double sin = 1.0 / 355687428096000;
        sin = (sin * x2) - (1.0 / 1307674368000);
        sin = (sin * x2) + (1.0 / 6227020800);
        sin = (sin * x2) - (1.0 / 39916800);
        sin = (sin * x2) + (1.0 / 362880);
        sin = (sin * x2) - (1.0 / 5040);
        sin = (sin * x2) + (1.0 / 120);
        sin = (sin * x2) - (1.0 / 6);
        double cos = 1.0 / 20922789888000;
        cos = (cos * x2) - (1.0 / 87178291200);
        cos = (cos * x2) + (1.0 / 479001600);
        cos = (cos * x2) - (1.0 / 3628800);
        cos = (cos * x2) + (1.0 / 40320);
        cos = (cos * x2) - (1.0 / 720);
        cos = (cos * x2) + (1.0 / 24);
        cos = (cos * x2) - 0.5;
        return (x + (x * x2 * sin), 1 + (x2 * cos));
    }
}
