using System.Numerics;
using System.Runtime.InteropServices;

namespace FlashDiffusion.Noise;

/// <summary>
/// Box-Muller in float64 with series of our own for logarithm, sine and cosine: only additions, multiplications, divisions and
/// square roots, which IEEE 754 fixes to the last bit, so that every machine draws the same noise, however many numbers its
/// registers hold. The mathematics library of the platform would not promise that. Errors are below 1e-15, far under the single
/// rounding to float32 that follows.
/// </summary>
internal static class NormalPairs
{
    /// <summary>Pairs that are made at once.</summary>
    public const int Count = 64;

    private const double TwoToMinus32 = 1.0 / 4294967296.0;
    private const double RadiansPerUnit = Math.PI / 2147483648.0;
    private const double Ln2 = 0.693147180559945309417;
    private const double Sqrt2 = 1.41421356237309504880;

    /// <summary>Two independent standard normal numbers from each 64 random bits.</summary>
    /// <param name="radiusBits">32 bits for the distance from the origin, of <see cref="Count"/> pairs.</param>
    /// <param name="angleBits">32 bits for the direction, of as many.</param>
    /// <param name="numbers">Where the numbers go, both of a pair side by side.</param>
    public static void Fill(ReadOnlySpan<uint> radiusBits, ReadOnlySpan<uint> angleBits, Span<float> numbers)
    {
        Span<double> unit = stackalloc double[Count];
        Span<double> rest = stackalloc double[Count];
        Span<long> quarters = stackalloc long[Count];
        for (var i = 0; i < Count; i++)
        {
            // (n + 1) / 2^32 lies in (0, 1]: never the logarithm of zero.
            unit[i] = (radiusBits[i] + 1.0) * TwoToMinus32;

            // The angle is n / 2^32 of a turn. Taking out the nearest quarter turn in integers is exact.
            var quarter = (angleBits[i] + 0x20000000u) >> 30;
            rest[i] = (int)(angleBits[i] - (quarter << 30)) * RadiansPerUnit;
            quarters[i] = quarter;
        }

        var units = MemoryMarshal.Cast<double, Vector<double>>(unit);
        var rests = MemoryMarshal.Cast<double, Vector<double>>(rest);
        var turns = MemoryMarshal.Cast<long, Vector<long>>(quarters);
        for (var i = 0; i < units.Length; i++)
        {
            var radius = Vector.SquareRoot(Log(units[i]) * -2);
            var (first, second) = Turned(SinCos(rests[i]), turns[i]);
            units[i] = radius * first;
            rests[i] = radius * second;
        }

        for (var i = 0; i < Count; i++)
        {
            numbers[2 * i] = (float)unit[i];
            numbers[(2 * i) + 1] = (float)rest[i];
        }
    }

    // (cos, sin), (-sin, cos), (-cos, -sin), (sin, -cos) after 0, 1, 2 and 3 quarter turns, without a branch that nobody could foresee.
    private static (Vector<double> First, Vector<double> Second) Turned((Vector<double> Sin, Vector<double> Cos) rest, Vector<long> quarters)
    {
        var odd = Vector.Equals(quarters & Vector<long>.One, Vector<long>.One);
        var (first, second) = (Vector.ConditionalSelect(odd, rest.Sin, rest.Cos), Vector.ConditionalSelect(odd, rest.Cos, rest.Sin));
        var (left, lower) = (Vector.ShiftLeft((quarters + Vector<long>.One) & new Vector<long>(2), 62), Vector.ShiftLeft(quarters & new Vector<long>(2), 62));
        return (Vector.AsVectorDouble(Vector.AsVectorInt64(first) ^ left), Vector.AsVectorDouble(Vector.AsVectorInt64(second) ^ lower));
    }

    // ln x = e ln 2 + 2 artanh((m - 1)/(m + 1)) with x = m 2^e and m in [sqrt(1/2), sqrt 2).
    private static Vector<double> Log(Vector<double> x)
    {
        var bits = Vector.AsVectorInt64(x);
        var exponent = Vector.ConvertToDouble(Vector.ShiftRightArithmetic(bits, 52) - new Vector<long>(1023));
        var mantissa = Vector.AsVectorDouble((bits & new Vector<long>(0x000FFFFFFFFFFFFFL)) | new Vector<long>(0x3FF0000000000000L));
        var large = Vector.GreaterThanOrEqual(mantissa, new Vector<double>(Sqrt2));
        mantissa = Vector.ConditionalSelect(large, mantissa * 0.5, mantissa);
        exponent = Vector.ConditionalSelect(large, exponent + Vector<double>.One, exponent);

        var s = (mantissa - Vector<double>.One) / (mantissa + Vector<double>.One);
        var s2 = s * s;
        var series = new Vector<double>(1.0 / 21);
        series = (series * s2) + new Vector<double>(1.0 / 19);
        series = (series * s2) + new Vector<double>(1.0 / 17);
        series = (series * s2) + new Vector<double>(1.0 / 15);
        series = (series * s2) + new Vector<double>(1.0 / 13);
        series = (series * s2) + new Vector<double>(1.0 / 11);
        series = (series * s2) + new Vector<double>(1.0 / 9);
        series = (series * s2) + new Vector<double>(1.0 / 7);
        series = (series * s2) + new Vector<double>(1.0 / 5);
        series = (series * s2) + new Vector<double>(1.0 / 3);
        return (exponent * Ln2) + (s * 2) + (s * 2 * s2 * series);
    }

    // Taylor series on [-pi/4, pi/4]; the first term left out is below 1e-17.
    private static (Vector<double> Sin, Vector<double> Cos) SinCos(Vector<double> x)
    {
        var x2 = x * x;
        var sin = new Vector<double>(1.0 / 355687428096000);
        sin = (sin * x2) - new Vector<double>(1.0 / 1307674368000);
        sin = (sin * x2) + new Vector<double>(1.0 / 6227020800);
        sin = (sin * x2) - new Vector<double>(1.0 / 39916800);
        sin = (sin * x2) + new Vector<double>(1.0 / 362880);
        sin = (sin * x2) - new Vector<double>(1.0 / 5040);
        sin = (sin * x2) + new Vector<double>(1.0 / 120);
        sin = (sin * x2) - new Vector<double>(1.0 / 6);
        var cos = new Vector<double>(1.0 / 20922789888000);
        cos = (cos * x2) - new Vector<double>(1.0 / 87178291200);
        cos = (cos * x2) + new Vector<double>(1.0 / 479001600);
        cos = (cos * x2) - new Vector<double>(1.0 / 3628800);
        cos = (cos * x2) + new Vector<double>(1.0 / 40320);
        cos = (cos * x2) - new Vector<double>(1.0 / 720);
        cos = (cos * x2) + new Vector<double>(1.0 / 24);
        cos = (cos * x2) - new Vector<double>(0.5);
        return (x + (x * x2 * sin), Vector<double>.One + (x2 * cos));
    }
}
