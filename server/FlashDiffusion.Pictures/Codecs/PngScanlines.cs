using System.Buffers.Binary;
using System.IO.Compression;

namespace FlashDiffusion.Pictures.Codecs;

/// <summary>16-bit samples out of a PNG's zlib stream: passes (section 8.1), filters (section 9.2), big-endian words.</summary>
internal static class PngScanlines
{
    private static readonly Pass[] Whole = [new(0, 0, 1, 1)];

    private static readonly Pass[] Adam7 =
        [new(0, 0, 8, 8), new(4, 0, 8, 8), new(0, 4, 4, 8), new(2, 0, 4, 4), new(0, 2, 2, 4), new(1, 0, 2, 2), new(0, 1, 1, 2)];

    /// <summary>Samples as stored, (height, width, samples).</summary>
    /// <exception cref="InvalidDataException">The stream is damaged or too short.</exception>
    public static ushort[] Read(PngHeader header, byte[] compressed)
    {
        var samples = new ushort[(long)header.Width * header.Height * header.Samples];
        using var zlib = new ZLibStream(new MemoryStream(compressed), CompressionMode.Decompress);
        try
        {
            foreach (var pass in header.Interlaced ? Adam7 : Whole)
            {
                ReadPass(zlib, header, pass, samples);
            }

            // Reading on to the end makes the inflater compare the checksum.
            _ = zlib.ReadByte();
        }
        catch (EndOfStreamException exception)
        {
            throw new InvalidDataException("The pixels end early.", exception);
        }

        return samples;
    }

    private static void ReadPass(ZLibStream zlib, PngHeader header, Pass pass, ushort[] samples)
    {
        var columns = (header.Width - pass.X + pass.StepX - 1) / pass.StepX;
        var pixelBytes = 2 * header.Samples;
        if (columns == 0)
        {
            return;
        }

        var line = new byte[columns * pixelBytes];
        var above = new byte[line.Length];
        for (var y = pass.Y; y < header.Height; y += pass.StepY)
        {
            var filter = zlib.ReadByte();
            zlib.ReadExactly(line);
            Unfilter(filter, line, above, pixelBytes);
            for (var i = 0; i < columns * header.Samples; i++)
            {
                var x = pass.X + (i / header.Samples * pass.StepX);
                var index = (((y * (long)header.Width) + x) * header.Samples) + (i % header.Samples);
                samples[index] = BinaryPrimitives.ReadUInt16BigEndian(line.AsSpan(2 * i));
            }

            (line, above) = (above, line);
        }
    }

    private static void Unfilter(int filter, byte[] line, byte[] above, int pixelBytes)
    {
        if (filter is < 0 or > 4)
        {
            throw new InvalidDataException($"There is no filter {filter}.");
        }

        for (var i = 0; i < line.Length; i++)
        {
            int left = i < pixelBytes ? 0 : line[i - pixelBytes];
            int corner = i < pixelBytes ? 0 : above[i - pixelBytes];
            line[i] += (byte)(filter switch
            {
                1 => left,
                2 => above[i],
                3 => (left + above[i]) / 2,
                4 => Paeth(left, above[i], corner),
                _ => 0,
            });
        }
    }

    private static int Paeth(int left, int above, int corner)
    {
        var estimate = left + above - corner;
        var (toLeft, toAbove, toCorner) = (Math.Abs(estimate - left), Math.Abs(estimate - above), Math.Abs(estimate - corner));
        if (toLeft <= toAbove && toLeft <= toCorner)
        {
            return left;
        }

        return toAbove <= toCorner ? above : corner;
    }

    private readonly record struct Pass(int X, int Y, int StepX, int StepY);
}
