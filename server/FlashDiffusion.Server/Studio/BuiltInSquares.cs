using System.Collections.Frozen;
using FlashDiffusion.Pictures.BuiltIn;
using FlashDiffusion.Pictures.Codecs;

namespace FlashDiffusion.Server.Studio;

/// <summary>The built-in photograph in the sizes that the page offers, each made once: it is open to everybody, and must cost nothing.</summary>
internal static class BuiltInSquares
{
    public const int DefaultSide = 256;

    private static readonly FrozenDictionary<int, Lazy<byte[]>> Files = new[] { 64, 128, 192, DefaultSide }.ToFrozenDictionary(
        side => side,
        side => new Lazy<byte[]>(() => PictureCodec.EncodePng(BuiltInPhotograph.Square(side))));

    /// <summary>Pixels a side that there are.</summary>
    public static IEnumerable<int> Sides => Files.Keys.Order();

    /// <summary>The photograph as a PNG; null if there is none of that size.</summary>
    public static byte[]? Find(int side) => Files.GetValueOrDefault(side)?.Value;
}
