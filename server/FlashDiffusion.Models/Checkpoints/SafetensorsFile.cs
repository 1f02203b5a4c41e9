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

    private readonly SafeFileHandle _handle;
    private readonly FileWindow _file;
    private readonly SafetensorsHeader _header;

    private SafetensorsFile(string path, SafeFileHandle handle)
    {
        Source = Path.GetFileName(path);
        _handle = handle;
        _file = new FileWindow(handle, Source, 0, RandomAccess.GetLength(handle));
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
        var entry = Find(name);
        return TensorBytes.Read(entry.Shape, entry.Type, _file, entry.Offset);
    }

    public void ReadInto(string name, Tensor target)
    {
        var entry = Find(name);
        if (TensorBytes.CanFill(target, entry.Type))
        {
            TensorBytes.Fill(target, _file, entry.Offset);
            return;
        }

        using var tensor = Read(name);
        target.copy_(tensor);
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

    private TensorEntry Find(string name) => Entries.GetValueOrDefault(name) ?? throw new CheckpointException($"'{Source}' holds no tensor '{name}'.");

    private SafetensorsHeader ReadHeader()
    {
        var fileBytes = _file.Length;
        if (fileBytes < LengthBytes)
        {
            throw new CheckpointException($"'{Source}' is too short to be a safetensors file ({fileBytes} bytes).");
        }

        Span<byte> length = stackalloc byte[LengthBytes];
        _file.ReadExactly(length, 0);
        var headerBytes = BinaryPrimitives.ReadUInt64LittleEndian(length);
        if (headerBytes > (ulong)Math.Min(MaxHeaderBytes, fileBytes - LengthBytes))
        {
            throw new CheckpointException($"'{Source}' claims a header of {headerBytes} bytes in a file of {fileBytes}.");
        }

        var json = new byte[headerBytes];
        _file.ReadExactly(json, LengthBytes);
        var dataStart = LengthBytes + (long)headerBytes;
        return SafetensorsHeader.Parse(Source, json, dataStart, fileBytes - dataStart);
    }
}
