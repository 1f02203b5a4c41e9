using static TorchSharp.torch;

namespace FlashDiffusion.Models.Checkpoints.Torch;

/// <summary>A flat run of elements in the file, which any number of tensors may look at.</summary>
/// <param name="key">Its name in the pickle.</param>
/// <param name="type">Type of its elements.</param>
/// <param name="elements">How many the pickle claims.</param>
internal sealed class TorchStorage(string key, ScalarType type, long elements)
{
    public string Key => key;

    public ScalarType Type => type;

    public long Elements => elements;

    public int ElementBytes { get; } = SafetensorsTypes.Of(type).Bytes;

    public long Bytes => elements * ElementBytes;

    /// <summary>Where its data lie, once the container was found to hold exactly as many bytes as are claimed.</summary>
    public FileWindow? Data { get; private set; }

    /// <exception cref="CheckpointException">The data are of another length.</exception>
    public void Attach(FileWindow data) => Data = data.Length == Bytes
        ? data
        : throw new CheckpointException($"'{data.Source}' holds {data.Length} bytes for storage '{key}', whose {elements} elements of {type} need {Bytes}.");
}
