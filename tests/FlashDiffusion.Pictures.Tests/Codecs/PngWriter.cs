using System.Buffers.Binary;
using System.IO.Compression;
using System.IO.Hashing;

namespace FlashDiffusion.Pictures.Tests.Codecs;

/// <summary>Writes PNG files of every kind that cameras and scanners make, unfiltered, to test the reader against.</summary>
internal static class PngWriter
{
    /// <param name="width">Columns.</param>
    /// <param name="height">Rows.</param>
    /// <param name="depth">Bits a sample.</param>
    /// <param name="colourType">PNG colour type.</param>
    /// <param name="lines">Every scanline's bytes with its filter byte in front.</param>
    /// <param name="extra">Chunks before IDAT.</param>
    /// <param name="interlaced">The scanlines are those of Adam7.</param>
    public static byte[] Write(
        int width, int height, int depth, int colourType, byte[] lines, (string Type, byte[] Content)[]? extra = null, bool interlaced = false)
    {
        using var file = new MemoryStream();
        file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);
        var header = new byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header.AsSpan(4), height);
        (header[8], header[9], header[12]) = ((byte)depth, (byte)colourType, interlaced ? (byte)1 : (byte)0);
        Chunk(file, "IHDR", header);
        foreach (var (type, content) in extra ?? [])
        {
            Chunk(file, type, content);
        }

        Chunk(file, "IDAT", Compress(lines));
        Chunk(file, "IEND", []);
        return file.ToArray();
    }

    public static byte[] Words(params ReadOnlySpan<ushort> words)
    {
        var bytes = new byte[2 * words.Length];
        for (var i = 0; i < words.Length; i++)
        {
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(2 * i), words[i]);
        }

        return bytes;
    }

    private static byte[] Compress(byte[] bytes)
    {
        using var result = new MemoryStream();
        using (var zlib = new ZLibStream(result, CompressionLevel.Optimal, leaveOpen: true))
        {
            zlib.Write(bytes);
        }

        return result.ToArray();
    }

    private static void Chunk(MemoryStream file, string type, byte[] content)
    {
        var chunk = new byte[12 + content.Length];
        BinaryPrimitives.WriteInt32BigEndian(chunk, content.Length);
        System.Text.Encoding.ASCII.GetBytes(type, chunk.AsSpan(4));
        content.CopyTo(chunk, 8);
        BinaryPrimitives.WriteUInt32BigEndian(chunk.AsSpan(8 + content.Length), Crc32.HashToUInt32(chunk.AsSpan(4, 4 + content.Length)));
        file.Write(chunk);
    }
}
