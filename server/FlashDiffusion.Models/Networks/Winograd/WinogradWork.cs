using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace FlashDiffusion.Models.Networks;

/// <summary>What the kernels of <see cref="WinogradConvolution"/> work on; all maps are (B, h, w, C) in memory.</summary>
internal unsafe struct WinogradWork
{
    /// <summary>Height and width of a tile of the output; of half of them where it is <see cref="Shrunk"/>.</summary>
    public const int Tile = 4;

    /// <summary>The same where it is <see cref="Wide"/>.</summary>
    public const int WideTile = 6;

    /// <summary>Numbers of a vector register.</summary>
    public const int Lanes = 16;

    // The more tiles are done at once, the more often a weight is used that is at hand; the fewer, the more room there is for it in the second-level cache.
    public const int MostTiles = 36;
    private const int MostWideTiles = 24;
    private const int FewestTiles = 4;

    /// <summary>Input map; its height and width are half of the map's if <see cref="Enlarged"/>.</summary>
    public float* X;

    /// <summary>The weight at the points, as <see cref="WinogradWeight"/> lays it out.</summary>
    public float* Weight;

    /// <summary>(out), or null.</summary>
    public float* Bias;

    /// <summary>(B, out): added to every pixel of a map; null for nothing.</summary>
    public float* Offsets;

    /// <summary>A map like the output that is added to it; null for nothing, and where it is <see cref="Shrunk"/>.</summary>
    public float* Around;

    /// <summary>Output map; its height and width are half of the map's if <see cref="Shrunk"/>.</summary>
    public float* Output;

    /// <summary>Memory of the tasks; see <see cref="WinogradRooms"/>.</summary>
    public float* Rooms;

    public int Batch;
    public int Height;
    public int Width;
    public int InChannels;
    public int OutChannels;

    /// <summary>Whether a pixel of the input stands for 2x2 pixels of the map.</summary>
    public bool Enlarged;

    /// <summary>Whether 2x2 pixels of the map are added to one of the output: the transpose of <see cref="Enlarged"/>.</summary>
    public bool Shrunk;

    /// <summary>Whether the map is too small for tiles: then a pixel is one, and comes from its neighbours (<see cref="GatheredKernel"/>).</summary>
    public bool Gathered;

    /// <summary>Whether the map is so large that wider tiles pay: <see cref="WideTransform"/>.</summary>
    public bool Wide;

    public int TilesAcross;
    public int TilesPerMap;
    public int TilesPerBlock;
    public int Tasks;

    /// <summary>Points at which a patch is multiplied with the weight, at most.</summary>
    public readonly int Points => PointsOf(Wide);

    public readonly int Tiles => Batch * TilesPerMap;

    public readonly int Blocks => (Tiles + TilesPerBlock - 1) / TilesPerBlock;

    /// <summary>Numbers between a patch's points in a task's memory: a cache line more than they need, since a power of two would put all points on the same lines of the cache.</summary>
    public readonly int InStride => (TilesPerBlock * InChannels) + Lanes;

    /// <summary>The same of a tile's.</summary>
    public readonly int OutStride => (TilesPerBlock * OutChannels) + Lanes;

    /// <summary>Vector operations, which take about as long as what other kernels do to a number.</summary>
    public readonly long Operations => (long)Tiles * (Gathered ? 9 : Points) * InChannels * OutChannels / Lanes;

    /// <summary>Numbers of all points and tiles of a block for each channel, at most.</summary>
    public static int Most(bool wide) => PointsOf(wide) * (wide ? MostWideTiles : MostTiles);

    /// <summary>Points at which a patch is multiplied with the weight, at most.</summary>
    public static int PointsOf(bool wide) => wide ? (WideTile + 2) * (WideTile + 2) : (Tile + 2) * (Tile + 2);

    /// <summary>Writes 16 numbers of the output, with what is added to them.</summary>
    /// <param name="value">The convolution's own.</param>
    /// <param name="map">Number of the map.</param>
    /// <param name="channel">Their first channel.</param>
    /// <param name="at">Where they go in the output.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly void Write(Vector512<float> value, int map, int channel, long at)
    {
        if (Offsets is not null)
        {
            value += Vector512.Load(Offsets + ((long)map * OutChannels) + channel);
        }

        if (Around is not null)
        {
            value += Vector512.Load(Around + at);
        }

        value.Store(Output + at);
    }

    /// <summary>Cuts the map into tiles, and tiles into blocks; how they are cut changes no bit of the result, since tiles do not touch each other.</summary>
    /// <param name="threads">Threads that may work on it.</param>
    public void Cut(int threads)
    {
        var side = Gathered ? 1 : Wide ? WideTile : Tile;
        TilesAcross = (Width + side - 1) / side;
        TilesPerMap = TilesAcross * ((Height + side - 1) / side);
        var share = (Tiles + threads - 1) / threads;
        var most = Wide ? MostWideTiles : MostTiles;
        var blocks = (share + most - 1) / most;
        TilesPerBlock = WinogradProduct.Padded(Math.Max(FewestTiles, (share + blocks - 1) / blocks));
        Tasks = Math.Min(threads, Blocks);
    }
}
