using System.Buffers.Binary;
using System.Text;

namespace FlashDiffusion.Models.Checkpoints.Pickle;

/// <summary>Reads a pickle's bytes in order. Nothing is allocated for a length that the file does not have.</summary>
internal sealed class PickleInput
{
    /// <summary>Longest pickle; published checkpoints stay below a thirtieth of it.</summary>
    public const long MaxBytes = 64L << 20;

    private const int BufferBytes = 1 << 14;
    private const int MaxLineBytes = 1024;

    private readonly FileWindow _window;
    private readonly byte[] _buffer;
    private readonly long _start;
    private long _filled;
    private int _next;
    private int _available;

    /// <param name="window">Where the pickle lies.</param>
    /// <param name="start">Its first byte there.</param>
    public PickleInput(FileWindow window, long start = 0)
    {
        _window = window;
        _start = start;
        _filled = start;
        _buffer = new byte[Math.Clamp(window.Length - start, 1, BufferBytes)];
    }

    /// <summary>Where the next byte lies in the window.</summary>
    public long Position => _filled - _available;

    public byte Byte()
    {
        if (_available == 0)
        {
            Refill();
        }

        _available--;
        return _buffer[_next++];
    }

    public int Int32() => BinaryPrimitives.ReadInt32LittleEndian(Fixed(stackalloc byte[sizeof(int)]));

    public ushort UInt16() => BinaryPrimitives.ReadUInt16LittleEndian(Fixed(stackalloc byte[sizeof(ushort)]));

    public double BigEndianDouble() => BinaryPrimitives.ReadDoubleBigEndian(Fixed(stackalloc byte[sizeof(double)]));

    /// <summary>A length of one, four or eight bytes that the rest of the pickle must hold.</summary>
    public int Length(int bytes)
    {
        Span<byte> field = stackalloc byte[sizeof(ulong)];
        field.Clear();
        Fixed(field[..bytes]);
        var length = BinaryPrimitives.ReadUInt64LittleEndian(field);
        return length <= (ulong)(_window.Length - Position) && length <= (ulong)MaxBytes
            ? (int)length
            : throw new CheckpointException($"The pickle in '{_window.Source}' names {length} bytes where {_window.Length - Position} are left.");
    }

    public byte[] Bytes(int count)
    {
        var bytes = new byte[count];
        Fixed(bytes);
        return bytes;
    }

    public string Text(int count)
    {
        if (count <= _available)
        {
            var text = Encoding.UTF8.GetString(_buffer, _next, count);
            (_next, _available) = (_next + count, _available - count);
            return text;
        }

        return Encoding.UTF8.GetString(Bytes(count));
    }

    /// <summary>Steps over bytes that nothing needs.</summary>
    public void Skip(int count)
    {
        for (; count > 0; count--)
        {
            Byte();
        }
    }

    /// <summary>The text up to a line feed, which is consumed.</summary>
    public string Line()
    {
        Span<byte> line = stackalloc byte[MaxLineBytes];
        for (var length = 0; length < line.Length; length++)
        {
            var value = Byte();
            if (value == '\n')
            {
                return Encoding.UTF8.GetString(line[..length]);
            }

            line[length] = value;
        }

        throw new CheckpointException($"The pickle in '{_window.Source}' holds a line of more than {MaxLineBytes} bytes.");
    }

    private Span<byte> Fixed(Span<byte> target)
    {
        for (var i = 0; i < target.Length; i++)
        {
            target[i] = Byte();
        }

        return target;
    }

    private void Refill()
    {
        var wanted = (int)Math.Min(_buffer.Length, Math.Min(_window.Length, _start + MaxBytes) - _filled);
        if (wanted <= 0)
        {
            throw new CheckpointException(_filled >= _start + MaxBytes
                ? $"The pickle in '{_window.Source}' is longer than {MaxBytes} bytes."
                : $"'{_window.Source}' ended early: its pickle has no end.");
        }

        _window.ReadExactly(_buffer.AsSpan(0, wanted), _filled);
        _filled += wanted;
        (_next, _available) = (0, wanted);
    }
}
