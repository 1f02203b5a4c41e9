using BenchmarkDotNet.Attributes;
using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Pictures;
using FlashDiffusion.Pictures.Codecs;
using static TorchSharp.torch;

namespace FlashDiffusion.Benchmarks.Hot;

/// <summary>What a preview of every step costs: the copies on the device thread for a batch, the file of one picture on a thread of the server.</summary>
public class PreviewBenchmark
{
    private const int Rows = 8;

    private Tensor? _decoded;
    private Picture? _picture;

    /// <summary>Side of the pictures.</summary>
    [Params(64, 256)]
    public int Side { get; set; }

    /// <summary>Before all.</summary>
    [GlobalSetup]
    public void Prepare()
    {
        using var scope = NewDisposeScope();
        _decoded = rand(Rows, 3, Side, Side).DetachFromDisposeScope();
        _picture = Picture.FromPlanar(Side, Side, HostCopies.RowsToHost(_decoded)[0].Values);
    }

    /// <summary>Copies the decoded pictures of a batch to the host.</summary>
    /// <returns>Pictures.</returns>
    [Benchmark]
    public int Copies() => HostCopies.RowsToHost(_decoded!).Length;

    /// <summary>Checks which rows of the batch are finite.</summary>
    /// <returns>Rows.</returns>
    [Benchmark]
    public int FiniteRows() => HostCopies.FiniteRows(_decoded!).Length;

    /// <summary>Writes one picture as JPEG.</summary>
    /// <returns>Bytes.</returns>
    [Benchmark]
    public int Jpeg() => PictureCodec.EncodeJpeg(_picture!).Length;

    /// <summary>After all.</summary>
    [GlobalCleanup]
    public void Free() => _decoded?.Dispose();
}
