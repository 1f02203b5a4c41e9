using System.Text;
using FlashDiffusion.Models.Checkpoints.Pickle;

namespace FlashDiffusion.Models.Checkpoints.Torch;

/// <summary>PyTorch's format since 1.6: an archive of <c>NAME/data.pkl</c> and one record <c>NAME/data/KEY</c> a storage.</summary>
internal static class TorchZip
{
    private const string PickleName = "/data.pkl";

    /// <summary>Reads the pickle and gives every storage that it mentions its place.</summary>
    /// <returns>The pickle's value.</returns>
    public static object? Read(FileWindow file)
    {
        var records = ZipDirectory.Open(file).Records;
        var pickles = records.Keys.Where(name => name.EndsWith(PickleName, StringComparison.Ordinal)).ToList();
        if (pickles.Count != 1)
        {
            throw new CheckpointException($"The archive '{file.Source}' holds {pickles.Count} records data.pkl instead of one: it is no PyTorch checkpoint.");
        }

        var root = pickles[0][..^PickleName.Length];
        if (records.ContainsKey(root + "/constants.pkl"))
        {
            throw new CheckpointException($"'{file.Source}' is a TorchScript program, not a checkpoint.");
        }

        CheckByteOrder(file.Source, records.GetValueOrDefault(root + "/byteorder"));
        var objects = new TorchObjects(file.Source);
        var value = new PickleInterpreter(new PickleInput(records[pickles[0]].Data), objects, file.Source).Run();
        foreach (var storage in objects.Storages.Values)
        {
            storage.Attach(records.TryGetValue($"{root}/data/{storage.Key}", out var record)
                ? record.Data
                : throw new CheckpointException($"The archive '{file.Source}' lacks the data of storage '{storage.Key}'."));
        }

        return value;
    }

    private static void CheckByteOrder(string source, ZipRecord? record)
    {
        if (record is null)
        {
            return;
        }

        var order = new byte[Math.Min(record.Data.Length, 16)];
        record.Data.ReadExactly(order, 0);
        if (Encoding.ASCII.GetString(order) != "little")
        {
            throw new CheckpointException($"'{source}' was written by a machine of the other byte order.");
        }
    }
}
