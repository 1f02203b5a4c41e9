using Microsoft.Win32.SafeHandles;

namespace FlashDiffusion.Models.Checkpoints;

/// <summary>Bytes of an open file that belong to one record. Reading past them is a fault of the file, never of the reader.</summary>
/// <param name="handle">The open file; this object does not own it.</param>
/// <param name="source">What error messages call the file.</param>
/// <param name="offset">First byte.</param>
/// <param name="length">Number of bytes.</param>
internal sealed class FileWindow(SafeFileHandle handle, string source, long offset, long length)
{
    public string Source => source;

    public long Length => length;

    /// <summary>Fills <paramref name="target"/> with the bytes from <paramref name="position"/> on.</summary>
    /// <exception cref="CheckpointException">The window, or the file, ends before.</exception>
    public void ReadExactly(Span<byte> target, long position)
    {
        if (position < 0 || position > length - target.Length)
        {
            throw new CheckpointException($"'{source}' ended early.");
        }

        var at = offset + position;
        while (!target.IsEmpty)
        {
            var read = RandomAccess.Read(handle, target, at);
            if (read == 0)
            {
                throw new CheckpointException($"'{source}' ended early.");
            }

            target = target[read..];
            at += read;
        }
    }

    /// <summary>A part of this window.</summary>
    /// <exception cref="CheckpointException">It does not lie inside.</exception>
    public FileWindow Slice(long start, long count)
        => start >= 0 && count >= 0 && start <= length - count
            ? new FileWindow(handle, source, offset + start, count)
            : throw new CheckpointException($"'{source}' names bytes {start} to {start + count} of {length}.");
}
