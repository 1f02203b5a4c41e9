using System.Globalization;
using System.Numerics;

namespace FlashDiffusion.Models.Repository;

/// <summary>Orders version folders: names by ordinal, and after them numbers by value, so that the last one is the newest.</summary>
internal sealed class VersionOrder : IComparer<string>
{
    public static VersionOrder Instance { get; } = new();

    public int Compare(string? x, string? y) => (Number(x), Number(y)) switch
    {
        ({ } left, { } right) when left != right => left.CompareTo(right),
        ({ }, null) => 1,
        (null, { }) => -1,
        _ => string.CompareOrdinal(x, y),
    };

    private static BigInteger? Number(string? version)
        => BigInteger.TryParse(version, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
