using System.Buffers.Binary;
using SkiaSharp;

namespace FlashDiffusion.Pictures.Codecs;

/// <summary>Finds tag 0x0112 in the first directory of EXIF data, which is a TIFF header (Exif 2.32, section 4.6).</summary>
internal static class ExifOrientation
{
    private const ushort OrientationTag = 0x0112;
    private const int EntryLength = 12;

    /// <summary>Upright where the data has no such tag, or makes no sense.</summary>
    public static SKEncodedOrigin Read(ReadOnlySpan<byte> tiff)
    {
        if (tiff.Length < 8 || !(tiff.StartsWith("MM"u8) || tiff.StartsWith("II"u8)))
        {
            return SKEncodedOrigin.TopLeft;
        }

        var big = tiff[0] == 'M';
        var directory = big ? BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]);
        if (directory > tiff.Length - 2)
        {
            return SKEncodedOrigin.TopLeft;
        }

        var entries = tiff[((int)directory + 2)..];
        for (var left = Word(tiff[(int)directory..], big); left > 0 && entries.Length >= EntryLength; left--)
        {
            if (Word(entries, big) == OrientationTag)
            {
                var value = Word(entries[8..], big);
                return value is >= 1 and <= 8 ? (SKEncodedOrigin)value : SKEncodedOrigin.TopLeft;
            }

            entries = entries[EntryLength..];
        }

        return SKEncodedOrigin.TopLeft;
    }

    private static ushort Word(ReadOnlySpan<byte> bytes, bool big) =>
        big ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
}
