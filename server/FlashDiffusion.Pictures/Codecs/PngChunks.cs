using System.Buffers.Binary;
using SkiaSharp;

namespace FlashDiffusion.Pictures.Codecs;

/// <summary>The chunks of a PNG file that matter for its samples (PNG, section 5.3).</summary>
/// <param name="Compressed">All IDAT chunks, joined: one zlib stream.</param>
/// <param name="Transparent">The tRNS chunk: the colour, one word a sample, that counts as transparent; empty if there is none.</param>
/// <param name="Origin">How the rows and columns are to be shown, from the eXIf chunk.</param>
internal sealed record PngChunks(byte[] Compressed, ushort[] Transparent, SKEncodedOrigin Origin)
{
    private const int SignatureLength = 8;
    private const int Overhead = 12;

    /// <summary>Null if the file ends before its IEND chunk.</summary>
    /// <param name="png">The whole file.</param>
    /// <param name="withPixels">False looks for everything but the IDAT chunks.</param>
    public static PngChunks? Read(ReadOnlySpan<byte> png, bool withPixels = true)
    {
        using var compressed = new MemoryStream();
        ushort[] transparent = [];
        var origin = SKEncodedOrigin.TopLeft;
        var rest = png[SignatureLength..];
        while (rest.Length >= Overhead)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(rest);
            var type = rest[4..8];
            if (length > rest.Length - Overhead)
            {
                return null;
            }

            var content = rest.Slice(8, (int)length);
            if (type.SequenceEqual("IEND"u8))
            {
                return new PngChunks(compressed.ToArray(), transparent, origin);
            }

            if (type.SequenceEqual("IDAT"u8) && withPixels)
            {
                compressed.Write(content);
            }
            else if (type.SequenceEqual("eXIf"u8))
            {
                origin = ExifOrientation.Read(content);
            }
            else if (type.SequenceEqual("tRNS"u8))
            {
                transparent = Words(content);
            }

            rest = rest[(Overhead + (int)length)..];
        }

        return null;
    }

    private static ushort[] Words(ReadOnlySpan<byte> content)
    {
        var words = new ushort[content.Length / 2];
        for (var i = 0; i < words.Length; i++)
        {
            words[i] = BinaryPrimitives.ReadUInt16BigEndian(content[(2 * i)..]);
        }

        return words;
    }
}
