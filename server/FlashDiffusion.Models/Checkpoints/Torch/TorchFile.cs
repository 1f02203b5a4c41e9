using FlashDiffusion.Models.Checkpoints.Pickle;
using Microsoft.Win32.SafeHandles;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Checkpoints.Torch;

/// <summary>
/// A PyTorch checkpoint open for reading, of either format. Opening reads what describes the tensors and runs nothing; a tensor's
/// data are read from the file when it is asked for, straight into its own memory.
/// </summary>
internal sealed class TorchFile : ICheckpoint, IDisposable
{
    private const string StateName = "state_dict";
    /// <summary>A tensor that repeats its storage may be larger than the file, but not without bound.</summary>
    private const long MaxRepeatedBytes = 64L << 20;

    private readonly SafeFileHandle _handle;
    private readonly Dictionary<string, TorchTensor> _tensors = new(StringComparer.Ordinal);
    private readonly Dictionary<string, TensorEntry> _entries = new(StringComparer.Ordinal);

    private TorchFile(string path, SafeFileHandle handle)
    {
        Source = Path.GetFileName(path);
        _handle = handle;
        var file = new FileWindow(handle, Source, 0, RandomAccess.GetLength(handle));
        Root = ReadRoot(file);
        ReadState(file.Length);
    }

    public string Source { get; }

    public IReadOnlyDictionary<string, TensorEntry> Entries => _entries;

    /// <summary>How the tensors of <see cref="Entries"/> lie in the file.</summary>
    public IReadOnlyDictionary<string, TorchTensor> Tensors => _tensors;

    /// <summary>The whole checkpoint: weights under <c>state_dict</c>, and what its trainer stored beside them.</summary>
    public PickleDict Root { get; }

    /// <exception cref="CheckpointException">The file can't be opened, is damaged, or asks for anything but tensors.</exception>
    public static TorchFile Open(string path)
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
            return new TorchFile(path, handle);
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public Tensor Read(string name)
    {
        var stored = Find(name);
        var (data, position) = (stored.Storage.Data!, stored.Offset * stored.Storage.ElementBytes);
        if (stored.IsContiguous)
        {
            return TensorBytes.Read(stored.Shape, stored.Storage.Type, data, position);
        }

        using var run = TensorBytes.Read([stored.Extent], stored.Storage.Type, data, position);
        using var view = run.as_strided([.. stored.Shape], [.. stored.Strides]);
        return view.contiguous();
    }

    public void ReadInto(string name, Tensor target)
    {
        var stored = Find(name);
        if (stored.IsContiguous && TensorBytes.CanFill(target, stored.Storage.Type))
        {
            TensorBytes.Fill(target, stored.Storage.Data!, stored.Offset * stored.Storage.ElementBytes);
            return;
        }

        using var tensor = Read(name);
        target.copy_(tensor);
    }

    public void Dispose() => _handle.Dispose();

    private TorchTensor Find(string name) => _tensors.GetValueOrDefault(name) ?? throw new CheckpointException($"'{Source}' holds no tensor '{name}'.");

    private static PickleDict ReadRoot(FileWindow file)
    {
        if (file.Length == 0)
        {
            throw new CheckpointException($"'{file.Source}' is empty.");
        }

        var value = ZipDirectory.Recognises(file) ? TorchZip.Read(file)
            : TorchLegacy.Recognises(file) ? TorchLegacy.Read(file)
            : throw new CheckpointException($"'{file.Source}' is no PyTorch checkpoint: it begins neither as an archive nor with the magic number.");
        return value as PickleDict ?? throw new CheckpointException($"'{file.Source}' holds something else than a dictionary.");
    }

    private void ReadState(long fileBytes)
    {
        var state = Root.Get<PickleDict>(StateName) ?? Root;
        foreach (var (name, value) in state.Values)
        {
            if (value is TorchTensor tensor)
            {
                _entries.Add(name, Entry(name, tensor, Math.Max(fileBytes, MaxRepeatedBytes)));
                _tensors.Add(name, tensor);
            }
        }

        if (_entries.Count == 0)
        {
            throw new CheckpointException($"'{Source}' holds no tensor, neither under '{StateName}' nor by itself.");
        }
    }

    private TensorEntry Entry(string name, TorchTensor tensor, long maxBytes)
    {
        var storage = tensor.Storage;
        return tensor.Elements <= maxBytes / storage.ElementBytes
            ? new TensorEntry(name, storage.Type, tensor.Shape, tensor.Offset * storage.ElementBytes, tensor.Elements * storage.ElementBytes)
            : throw new CheckpointException($"'{Source}' repeats the data of '{name}' until they are larger than the file.");
    }
}
