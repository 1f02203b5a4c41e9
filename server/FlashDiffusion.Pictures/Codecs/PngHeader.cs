using System.Buffers.Binary;

namespace FlashDiffusion.Pictures.Codecs;

/// <summary>The IHDR chunk, always the first one: 8 bytes signature, 4 length, 4 type, then these (PNG, section 11.2.1).</summary>
/// <param name="Width">Columns.</param>
/// <param name="Height">Rows.</param>
/// <param name="Depth">Bits a sample.</param>
/// <param name="ColourType">0 grey, 2 RGB, 3 palette, 4 grey and alpha, 6 RGBA.</param>
/// <param name="Interlaced">Adam7: seven passes instead of one.</param>
internal readonly record struct PngHeader(int Width, int Height, int Depth, int ColourType, bool Interlaced)
{
    private const int End = 33;

    /// <summary>Samples in a pixel.</summary>
    public int Samples => ColourType switch { 2 => 3, 4 => 2, 6 => 4, _ => 1 };

    /// <summary>Greyscale, with or without alpha.</summary>
    public bool IsGrey => ColourType is 0 or 4;

    /// <summary>Alpha is the last sample.</summary>
    public bool HasAlpha => ColourType is 4 or 6;

    /// <summary>The header of a file that a codec has recognised as PNG.</summary>
    public static PngHeader Read(ReadOnlySpan<byte> png) => png.Length < End
        ? default
        : new PngHeader(
            BinaryPrimitives.ReadInt32BigEndian(png[16..]),
            BinaryPrimitives.ReadInt32BigEndian(png[20..]),
            png[24],
            png[25],
            png[28] == 1);
}
