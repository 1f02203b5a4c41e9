using System.IO.Compression;

namespace FlashDiffusion.Testing.Checkpoints;

/// <summary>Writes checkpoints in PyTorch's zip format, one tensor in memory at a time.</summary>
internal static class TorchFileWriter
{
    /// <param name="path">File to create.</param>
    /// <param name="state">The state dictionary.</param>
    public static void Write(string path, IReadOnlyList<TorchFileEntry> state)
    {
        var storages = state.Where(entry => entry.SharedWith is null).Index().ToDictionary(item => item.Item.Key, item => item.Index.ToString(System.Globalization.CultureInfo.InvariantCulture));
        string StorageOf(TorchFileEntry entry) => storages[entry.SharedWith ?? entry.Key];
        using var archive = new ZipArchive(File.Create(path), ZipArchiveMode.Create);
        Add(archive, "archive/data.pkl", stream => stream.Write(PickleBytes.Of(state, StorageOf)));
        foreach (var entry in state.Where(entry => entry.SharedWith is null))
        {
            Add(archive, "archive/data/" + StorageOf(entry), stream =>
            {
                using var tensor = entry.Make();
                using var flat = tensor.reshape(-1);
                stream.Write(flat.bytes);
            });
        }

        Add(archive, "archive/version", stream => stream.Write("3\n"u8));
    }

    private static void Add(ZipArchive archive, string name, Action<Stream> write)
    {
        using var stream = archive.CreateEntry(name, CompressionLevel.NoCompression).Open();
        write(stream);
    }
}
