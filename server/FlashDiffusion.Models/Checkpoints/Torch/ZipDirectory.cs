using System.Buffers.Binary;
using System.Text;

namespace FlashDiffusion.Models.Checkpoints.Torch;

/// <summary>The records of a zip archive as PyTorch writes it: all stored, none compressed, so that a record is a range of the file.</summary>
/// <remarks>
/// APPNOTE.TXT 6.3.10, with the 64-bit records. The framework's archive gives streams, not ranges, and tensors are read from the middle
/// of records. Compressed, encrypted, overlapping or doubly named records are refused: PyTorch writes none, and bombs are made of them.
/// </remarks>
internal sealed class ZipDirectory
{
    private const uint EndSignature = 0x06054b50;
    private const uint LocatorSignature = 0x07064b50;
    private const uint End64Signature = 0x06064b50;
    private const uint CentralSignature = 0x02014b50;
    private const uint LocalSignature = 0x04034b50;
    private const int EndBytes = 22;
    private const int LocatorBytes = 20;
    private const int End64Bytes = 56;
    private const int CentralBytes = 46;
    private const int LocalBytes = 30;
    private const int MaxComment = ushort.MaxValue;
    private const int MaxDirectoryBytes = 64 << 20;
    private const ushort Zip64Field = 1;
    private const int EncryptedFlags = 0x2041;

    private readonly FileWindow _file;
    private readonly List<(long Start, long End)> _ranges = [];
    private readonly Dictionary<string, ZipRecord> _records = new(StringComparer.Ordinal);

    private ZipDirectory(FileWindow file)
    {
        _file = file;
    }

    public IReadOnlyDictionary<string, ZipRecord> Records => _records;

    /// <summary>Whether a file begins as an archive does.</summary>
    public static bool Recognises(FileWindow file) => file.Length >= EndBytes && U32(Bytes(file, 0, sizeof(uint)), 0) == LocalSignature;

    /// <exception cref="CheckpointException">It is damaged, or holds what PyTorch never writes.</exception>
    public static ZipDirectory Open(FileWindow file)
    {
        var directory = new ZipDirectory(file);
        var (start, length, count) = directory.Locate();
        directory.ReadRecords(start, length, count);
        directory.CheckOverlaps(start, length);
        return directory;
    }

    private (long Start, long Length, long Count) Locate()
    {
        var tailBytes = (int)Math.Min(_file.Length, EndBytes + MaxComment);
        var tail = new byte[tailBytes];
        _file.ReadExactly(tail, _file.Length - tailBytes);
        for (var at = tailBytes - EndBytes; at >= 0; at--)
        {
            var end = tail.AsSpan(at);
            if (U32(end, 0) == EndSignature && U16(end, 20) == tailBytes - at - EndBytes)
            {
                var (count, length, start) = ((long)U16(end, 10), (long)U32(end, 12), (long)U32(end, 16));
                var endsAt = _file.Length - tailBytes + at;
                return count == ushort.MaxValue || length == uint.MaxValue || start == uint.MaxValue ? Locate64(endsAt) : (start, length, count);
            }
        }

        throw Fault("has no directory at its end; it may be cut off");
    }

    private (long Start, long Length, long Count) Locate64(long endsAt)
    {
        var locator = Bytes(_file, endsAt - LocatorBytes, LocatorBytes);
        var end = Bytes(_file, U32(locator, 0) == LocatorSignature ? S64(locator, 8) : throw Fault("lacks its 64-bit directory"), End64Bytes);
        return U32(end, 0) == End64Signature ? (S64(end, 48), S64(end, 40), S64(end, 32)) : throw Fault("lacks its 64-bit directory");
    }

    private void ReadRecords(long start, long length, long count)
    {
        if (length < 0 || length > MaxDirectoryBytes || count < 0 || count > length / CentralBytes)
        {
            throw Fault($"claims a directory of {count} records in {length} bytes");
        }

        var window = _file.Slice(start, length);
        var bytes = new byte[length];
        window.ReadExactly(bytes, 0);
        var at = 0;
        for (long i = 0; i < count; i++)
        {
            at += ReadRecord(bytes.AsSpan(at));
        }
    }

    private int ReadRecord(ReadOnlySpan<byte> entry)
    {
        if (entry.Length < CentralBytes || U32(entry, 0) != CentralSignature)
        {
            throw Fault("has a damaged directory");
        }

        var (nameBytes, extraBytes, commentBytes) = (U16(entry, 28), U16(entry, 30), U16(entry, 32));
        var total = CentralBytes + nameBytes + extraBytes + commentBytes;
        if (entry.Length < total)
        {
            throw Fault("has a damaged directory");
        }

        var name = Encoding.UTF8.GetString(entry.Slice(CentralBytes, nameBytes));
        if (U16(entry, 10) != 0 || (U16(entry, 8) & EncryptedFlags) != 0)
        {
            throw Fault($"holds '{name}' compressed or encrypted, as PyTorch never does");
        }

        var (stored, size, offset) = Sizes(entry, entry.Slice(CentralBytes + nameBytes, extraBytes));
        if (stored != size)
        {
            throw Fault($"holds '{name}' in {stored} bytes although it is of {size}");
        }

        Add(name, size, offset);
        return total;
    }

    // The 64-bit field holds, in this order, those of the numbers that did not fit.
    private (long Stored, long Size, long Offset) Sizes(ReadOnlySpan<byte> entry, ReadOnlySpan<byte> extra)
    {
        Span<long> values = [U32(entry, 24), U32(entry, 20), U32(entry, 42)];
        if (values.Contains(uint.MaxValue))
        {
            var wide = Field(extra, Zip64Field);
            foreach (ref var value in values)
            {
                if (value == uint.MaxValue)
                {
                    value = wide.Length >= sizeof(long) ? S64(wide, 0) : throw Fault("has a damaged directory");
                    wide = wide[sizeof(long)..];
                }
            }
        }

        return (values[1], values[0], values[2]);
    }

    private static ReadOnlySpan<byte> Field(ReadOnlySpan<byte> extra, ushort id)
    {
        while (extra.Length >= 4)
        {
            var size = Math.Min(U16(extra, 2), extra.Length - 4);
            if (U16(extra, 0) == id)
            {
                return extra.Slice(4, size);
            }

            extra = extra[(4 + size)..];
        }

        return [];
    }

    private void Add(string name, long size, long offset)
    {
        var local = Bytes(_file, offset, LocalBytes);
        var header = U32(local, 0) == LocalSignature ? LocalBytes + U16(local, 26) + U16(local, 28) : throw Fault($"has no record where '{name}' should be");
        var data = _file.Slice(offset + header, size);
        if (!_records.TryAdd(name, new ZipRecord(name, data)))
        {
            throw Fault($"holds '{name}' twice");
        }

        _ranges.Add((offset, offset + header + size));
    }

    private void CheckOverlaps(long directoryStart, long directoryLength)
    {
        _ranges.Add((directoryStart, directoryStart + directoryLength));
        long end = 0;
        foreach (var range in _ranges.Order())
        {
            if (range.Start < end)
            {
                throw Fault("holds records that overlap");
            }

            end = range.End;
        }
    }

    private static byte[] Bytes(FileWindow file, long position, int count)
    {
        var bytes = new byte[count];
        file.ReadExactly(bytes, position);
        return bytes;
    }

    private static ushort U16(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt16LittleEndian(bytes[at..]);

    private static uint U32(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt32LittleEndian(bytes[at..]);

    private static long S64(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadInt64LittleEndian(bytes[at..]);

    private CheckpointException Fault(string what) => new($"The archive '{_file.Source}' {what}.");
}
