using System.Buffers.Binary;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace FlashDiffusion.Cli.Measurements;

/// <summary>
/// Float32 arrays as NumPy stores them (format version 1.0): a measurement that keeps its noise unclipped, readable from Python by
/// <c>numpy.load</c>.
/// </summary>
internal static partial class NpyFile
{
    private const int PreambleLength = 10;
    private static readonly byte[] Magic = [0x93, .. "NUMPY"u8, 1, 0];

    public static byte[] Write(ReadOnlySpan<float> values, params ReadOnlySpan<int> shape)
    {
        var header = $"{{'descr': '<f4', 'fortran_order': False, 'shape': ({string.Join(", ", shape.ToArray())},), }}";
        // The data starts at a multiple of 64, the header ends in a newline.
        var padded = header.PadRight((((PreambleLength + header.Length + 64) / 64) * 64) - PreambleLength - 1) + "\n";
        var file = new byte[PreambleLength + padded.Length + (sizeof(float) * values.Length)];
        Magic.CopyTo(file, 0);
        BinaryPrimitives.WriteUInt16LittleEndian(file.AsSpan(Magic.Length), (ushort)padded.Length);
        Encoding.ASCII.GetBytes(padded, file.AsSpan(PreambleLength));
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(file.AsSpan(PreambleLength + padded.Length + (sizeof(float) * i)), values[i]);
        }

        return file;
    }

    /// <exception cref="InvalidDataException">Not a C-ordered little-endian float32 array of format version 1.</exception>
    public static (int[] Shape, float[] Values) Read(ReadOnlySpan<byte> file)
    {
        if (file.Length < PreambleLength || !file.StartsWith(Magic))
        {
            throw new InvalidDataException("it is not a NumPy file of format version 1.0");
        }

        var start = PreambleLength + BinaryPrimitives.ReadUInt16LittleEndian(file[Magic.Length..]);
        var header = start <= file.Length ? Encoding.ASCII.GetString(file[PreambleLength..start]) : "";
        var match = Header().Match(header);
        if (!match.Success)
        {
            throw new InvalidDataException("it is not a C-ordered array of little-endian float32 (numpy: array.astype('<f4', order='C'))");
        }

        var shape = match.Groups[1].Value.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Select(size => int.Parse(size, CultureInfo.InvariantCulture))
            .ToArray();
        if (file.Length - start != shape.Aggregate((long)sizeof(float), (product, size) => product * size))
        {
            throw new InvalidDataException("its data is not as long as its shape says");
        }

        var values = new float[(file.Length - start) / sizeof(float)];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = BinaryPrimitives.ReadSingleLittleEndian(file[(start + (sizeof(float) * i))..]);
        }

        return (shape, values);
    }

    [GeneratedRegex(@"'descr': '<f4', 'fortran_order': False, 'shape': \(((?:\d{1,9},? ?)*)\)")]
    private static partial Regex Header();
}
