using System.Runtime.InteropServices;

namespace FlashDiffusion.Models.Networks;

/// <summary>Memory of the tasks of <see cref="TokenAttention"/>: for each the matrices of a head.</summary>
internal readonly unsafe struct TokenAttentionRooms : IDisposable
{
    private const nuint CacheLine = 64;

    private readonly float* _rooms;

    /// <summary>Takes it and gives it to the work.</summary>
    public TokenAttentionRooms(ref TokenAttentionWork work)
    {
        _rooms = (float*)NativeMemory.AlignedAlloc((nuint)(work.Tasks * TokenAttentionHead.Size(ref work)) * sizeof(float), CacheLine);
        work.Rooms = _rooms;
    }

    public void Dispose() => NativeMemory.AlignedFree(_rooms);
}
