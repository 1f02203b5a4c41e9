using System.Numerics;
using System.Text;

namespace FlashDiffusion.Models.Operators.Official;

/// <summary>The seed that the research code derives from a picture's file name, so that each picture always gets one degradation.</summary>
internal static class OfficialSeed
{
    private const uint Modulus = uint.MaxValue;

    /// <summary>The UTF-8 bytes of the name as a little-endian whole number, modulo 2^32 - 1.</summary>
    public static uint FromFileName(string fileName) =>
        (uint)(new BigInteger(Encoding.UTF8.GetBytes(fileName), isUnsigned: true, isBigEndian: false) % Modulus);
}
