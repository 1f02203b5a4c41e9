using System.Buffers.Binary;

namespace FlashDiffusion.Models.Fuzzing;

/// <summary>Makes damaged files out of sound ones: bits turned, numbers replaced by awkward ones, pieces cut, doubled, moved and joined.</summary>
internal sealed class Mutator(int seed)
{
    private const int MostChanges = 6;
    private const int LongestPiece = 64;

    private static readonly long[] Awkward =
    [
        0, 1, -1, 2, 127, 128, 255, 256, short.MaxValue, ushort.MaxValue, int.MaxValue, int.MinValue, uint.MaxValue, long.MaxValue, long.MinValue, 1L << 40,
    ];

    private readonly Random _random = new(seed);

    public int Next(int limit) => _random.Next(limit);

    public byte[] Mutate(IReadOnlyList<byte[]> corpus)
    {
        var bytes = corpus[Next(corpus.Count)].ToList();
        for (var changes = 1 + Next(MostChanges); changes > 0 && bytes.Count > 0; changes--)
        {
            Change(bytes, corpus);
        }

        return [.. bytes];
    }

    private void Change(List<byte> bytes, IReadOnlyList<byte[]> corpus)
    {
        var at = Next(bytes.Count);
        switch (Next(8))
        {
            case 0: bytes[at] ^= (byte)(1 << Next(8)); break;
            case 1: bytes[at] = (byte)Next(256); break;
            case 2: Overwrite(bytes, at, 1 << Next(4)); break;
            case 3: bytes.RemoveRange(at, Math.Min(bytes.Count - at, 1 + Next(LongestPiece))); break;
            case 4: bytes.InsertRange(at, bytes.GetRange(at, Math.Min(bytes.Count - at, 1 + Next(LongestPiece)))); break;
            case 5: bytes.InsertRange(at, Enumerable.Range(0, 1 + Next(8)).Select(_ => (byte)Next(256))); break;
            case 6: bytes.RemoveRange(at, bytes.Count - at); break;
            default: Splice(bytes, at, corpus[Next(corpus.Count)]); break;
        }
    }

    private void Overwrite(List<byte> bytes, int at, int width)
    {
        Span<byte> value = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64LittleEndian(value, Awkward[Next(Awkward.Length)]);
        for (var i = 0; i < width && at + i < bytes.Count; i++)
        {
            bytes[at + i] = value[i];
        }
    }

    private void Splice(List<byte> bytes, int at, byte[] other)
    {
        if (other.Length > 0)
        {
            var from = Next(other.Length);
            bytes.InsertRange(at, other.Skip(from).Take(1 + Next(LongestPiece)));
        }
    }
}
