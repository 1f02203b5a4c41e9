using System.Collections.Immutable;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Samples;

/// <summary>
/// All that a sample carries from step to step: number of steps done, latent, the solver's scratch. Law: a sample restored from it
/// continues as if nothing had happened.
/// </summary>
/// <param name="StepIndex">Steps done.</param>
/// <param name="Latent">z_t, (C, h, w), float32.</param>
/// <param name="Scratch">The solver's own, by name.</param>
internal sealed record SampleState(int StepIndex, SavedTensor Latent, ImmutableSortedDictionary<string, SavedTensor> Scratch)
{
    // "FDS" and the number of the format.
    private const int Format = ('F' << 24) | ('D' << 16) | ('S' << 8) | 1;
    private const int MaximumAxes = 16;
    private const int MaximumScratch = 1024;

    /// <summary>Copies the state of a sample to the host.</summary>
    public static SampleState Of(Sample sample) => new(
        sample.StepIndex,
        SavedTensor.Of(sample.Latent),
        sample.Scratch.ToImmutableSortedDictionary(pair => pair.Key, pair => SavedTensor.Of(pair.Value), StringComparer.Ordinal));

    /// <summary>Writes it as bytes; equal states give equal bytes.</summary>
    public byte[] Write()
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        writer.Write(Format);
        writer.Write(StepIndex);
        Write(writer, Latent);
        writer.Write(Scratch.Count);
        foreach (var (name, value) in Scratch)
        {
            writer.Write(name);
            Write(writer, value);
        }

        writer.Flush();
        return stream.ToArray();
    }

    /// <summary>Reads what <see cref="Write()"/> wrote.</summary>
    /// <exception cref="InvalidDataException">The bytes are not such a state.</exception>
    public static SampleState Read(ReadOnlyMemory<byte> bytes)
    {
        using var stream = new MemoryStream(bytes.ToArray(), writable: false);
        using var reader = new BinaryReader(stream);
        try
        {
            if (reader.ReadInt32() != Format)
            {
                throw new InvalidDataException("The state has an unknown format.");
            }

            var step = reader.ReadInt32();
            var latent = ReadTensor(reader);
            var scratch = ImmutableSortedDictionary.CreateBuilder<string, SavedTensor>(StringComparer.Ordinal);
            var left = reader.ReadInt32();
            if (step < 0 || left is < 0 or > MaximumScratch)
            {
                throw new InvalidDataException("The state is damaged.");
            }

            for (; left > 0; left--)
            {
                scratch.Add(reader.ReadString(), ReadTensor(reader));
            }

            return stream.Position == stream.Length
                ? new SampleState(step, latent, scratch.ToImmutable())
                : throw new InvalidDataException("The state has bytes behind its end.");
        }
        catch (Exception exception) when (exception is EndOfStreamException or ArgumentException or FormatException)
        {
            throw new InvalidDataException("The state is damaged.", exception);
        }
    }

    private static void Write(BinaryWriter writer, SavedTensor tensor)
    {
        writer.Write((byte)tensor.Type);
        writer.Write(tensor.Shape.Length);
        foreach (var side in tensor.Shape)
        {
            writer.Write(side);
        }

        writer.Write(tensor.Data.Length);
        writer.Write(tensor.Data);
    }

    private static SavedTensor ReadTensor(BinaryReader reader)
    {
        var type = (ScalarType)(sbyte)reader.ReadByte();
        var axes = reader.ReadInt32();
        if (axes is < 0 or > MaximumAxes)
        {
            throw new InvalidDataException("The state is damaged.");
        }

        var shape = ImmutableArray.CreateRange(Enumerable.Range(0, axes).Select(_ => reader.ReadInt64()));
        var length = reader.ReadInt32();
        var left = reader.BaseStream.Length - reader.BaseStream.Position;
        if (length < 0 || length > left || SavedTensor.BytesOf(type, shape) != length)
        {
            throw new InvalidDataException("The state is damaged.");
        }

        return new SavedTensor(type, shape, reader.ReadBytes(length));
    }
}
