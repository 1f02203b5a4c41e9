using System.Buffers.Binary;
using System.Globalization;
using System.Numerics;
using FlashDiffusion.Models.Checkpoints.Pickle;

namespace FlashDiffusion.Models.Checkpoints.Torch;

/// <summary>
/// PyTorch's format before 1.6: pickles of a magic number, a version and the writer's system, the pickle of the value, one of the
/// storages' keys, and after them for each key its number of elements and its data.
/// </summary>
internal static class TorchLegacy
{
    private const long Version = 1001;

    private static readonly BigInteger Magic = BigInteger.Parse("1950a86a20f9469cfc6c", NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    // PROTO 2, LONG1 of ten bytes.
    private static readonly byte[] Start = [0x80, 2, 0x8a, 10];

    /// <summary>Whether a file begins as this format does.</summary>
    public static bool Recognises(FileWindow file)
    {
        var start = new byte[Math.Min(Start.Length, file.Length)];
        file.ReadExactly(start, 0);
        return start.AsSpan().SequenceEqual(Start);
    }

    /// <summary>Reads the pickles and gives every storage that they mention its place.</summary>
    /// <returns>The value.</returns>
    public static object? Read(FileWindow file)
    {
        long at = 0;
        if (Next(file, ref at, new TorchObjects(file.Source)) is not PickleLargeInteger { Value: var magic } || magic != Magic)
        {
            throw new CheckpointException($"'{file.Source}' does not begin with PyTorch's magic number.");
        }

        if (Next(file, ref at, new TorchObjects(file.Source)) is not Version)
        {
            throw new CheckpointException($"'{file.Source}' is of a version of PyTorch's format that is not known.");
        }

        if (Next(file, ref at, new TorchObjects(file.Source)) is not PickleDict system || system.Values.GetValueOrDefault("little_endian") is not true)
        {
            throw new CheckpointException($"'{file.Source}' was written by a machine of the other byte order.");
        }

        var objects = new TorchObjects(file.Source);
        var value = Next(file, ref at, objects);
        if (Next(file, ref at, new TorchObjects(file.Source)) is not List<object?> keys)
        {
            throw new CheckpointException($"'{file.Source}' has no list of storages.");
        }

        Attach(file, at, keys, objects);
        return value;
    }

    private static object? Next(FileWindow file, ref long at, TorchObjects objects)
    {
        var input = new PickleInput(file, at);
        var value = new PickleInterpreter(input, objects, file.Source).Run();
        at = input.Position;
        return value;
    }

    private static void Attach(FileWindow file, long at, List<object?> keys, TorchObjects objects)
    {
        Span<byte> field = stackalloc byte[sizeof(long)];
        foreach (var key in keys)
        {
            if (key is not string name || !objects.Storages.TryGetValue(name, out var storage) || storage.Data is not null)
            {
                throw new CheckpointException($"'{file.Source}' lists a storage that its pickle does not mention, or lists it twice.");
            }

            file.ReadExactly(field, at);
            at += field.Length;
            if (BinaryPrimitives.ReadInt64LittleEndian(field) is var elements && elements != storage.Elements)
            {
                throw new CheckpointException($"'{file.Source}' holds {elements} elements for storage '{name}' where its pickle claims {storage.Elements}.");
            }

            storage.Attach(file.Slice(at, storage.Bytes));
            at += storage.Bytes;
        }

        if (objects.Storages.Values.FirstOrDefault(storage => storage.Data is null) is { } absent)
        {
            throw new CheckpointException($"'{file.Source}' lacks the data of storage '{absent.Key}'.");
        }
    }
}
