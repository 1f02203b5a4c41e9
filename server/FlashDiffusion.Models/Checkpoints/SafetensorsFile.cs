using System.Buffers.Binary;
using Microsoft.Win32.SafeHandles;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Checkpoints;

/// <summary>A safetensors file open for reading. Tensors are read one at a time, straight into their own memory.</summary>
/// <remarks>Format: eight bytes of little-endian header length, a JSON header, raw little-endian row-major data.</remarks>
internal sealed class SafetensorsFile : ICheckpoint, IDisposable
{
    private const int LengthBytes = 8;
    private const long MaxHeaderBytes = 100_000_000;
    private const long MaxChunkBytes = 1 << 30;

    private readonly SafeFileHandle _handle;
    private readonly SafetensorsHeader _header;

    private SafetensorsFile(string path, SafeFileHandle handle)
    {
        Source = Path.GetFileName(path);
        _handle = handle;
        _header = ReadHeader();
    }

    public string Source { get; }

    public IReadOnlyDictionary<string, TensorEntry> Entries => _header.Entries;

    public IReadOnlyDictionary<string, string> Metadata => _header.Metadata;

    /// <exception cref="CheckpointException">The file can't be opened or its header is not valid.</exception>
    public static SafetensorsFile Open(string path)
    {
        SafeFileHandle handle;
        try
        {
            handle = File.OpenHandle(path);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new CheckpointException($"'{Path.GetFileName(path)}' can't be opened: {exception.Message}", exception);
        }

        try
        {
            return new SafetensorsFile(path, handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public Tensor Read(string name)
    {
        if (!Entries.TryGetValue(name, out var entry))
        {
            throw new CheckpointException($"'{Source}' holds no tensor '{name}'.");
        }

        var tensor = empty([.. entry.Shape], entry.Type);
        using var flat = tensor.view(-1);
        var elementBytes = SafetensorsTypes.Of(entry.Type).Bytes;
        var perChunk = MaxChunkBytes / elementBytes;
        for (long first = 0; first < tensor.numel(); first += perChunk)
        {
            using var chunk = flat.narrow(0, first, Math.Min(perChunk, tensor.numel() - first));
            ReadExactly(chunk.bytes, entry.Offset + (first * elementBytes));
        }

        return tensor;
    }

    /// <summary>Reads one tensor as float32, whatever the precision on disk.</summary>
    public Tensor ReadFloat32(string name)
    {
        var stored = Read(name);
        if (stored.dtype == ScalarType.Float32)
        {
            return stored;
        }

        using (stored)
        {
            return stored.to(ScalarType.Float32);
        }
    }

    public void Dispose() => _handle.Dispose();

    private SafetensorsHeader ReadHeader()
    {
        var fileBytes = RandomAccess.GetLength(_handle);
        if (fileBytes < LengthBytes)
        {
            throw new CheckpointException($"'{Source}' is too short to be a safetensors file ({fileBytes} bytes).");
        }

        Span<byte> length = stackalloc byte[LengthBytes];
        ReadExactly(length, 0);
        var headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(length);
        if (headerBytes > (ulong)Math.Min(MaxHeaderBytes, fileBytes - LengthBytes))
        {
            throw new CheckpointException($"'{Source}' claims a header of {headerBytes} bytes in a file of {fileBytes}.");
        }

        var json = new byte[headerBytes];
        ReadExactly(json, LengthBytes);
        var dataStart = LengthBytes + (long)headerBytes;
        return SafetensorsHeader.Parse(Source, json, dataStart, fileBytes - dataStart);
    }

    private void ReadExactly(Span<byte> target, long offset)
    {
        while (!target.IsEmpty)
        {
            var read = RandomAccess.Read(_handle, target, offset);
            if (read == 0)
            {
                throw new CheckpointException($"'{Source}' ended early.");
            }

            target = target[read..];
            offset += read;
        }
    }
}
