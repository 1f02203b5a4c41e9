using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using FlashDiffusion.Noise;
using FlashDiffusion.Testing;

namespace FlashDiffusion.EndToEnd.Tests.Operators;

/// <summary>A weights file of the KernelWizard network as a user would bring it, with random weights: the published ones are not to be had.</summary>
internal sealed class KernelWizardFile : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flash-wizard-");

    public KernelWizardFile()
    {
        using var published = JsonDocument.Parse(File.ReadAllBytes(Path.Combine(GoldenFolder.Own, "operators", "kernel_wizard_keys.json")));
        var tensors = published.RootElement.GetProperty("keys").EnumerateArray()
            .Select(entry => (Key: entry.GetProperty("key").GetString()!, Shape: entry.GetProperty("shape").EnumerateArray().Select(side => side.GetInt32()).ToArray()))
            .Where(entry => !entry.Key.StartsWith("kernel_extractor.", StringComparison.Ordinal)).ToArray();
        var offset = 0L;
        var header = new Dictionary<string, object>();
        foreach (var (key, shape) in tensors)
        {
            var end = offset + (sizeof(float) * shape.Aggregate(1L, (product, side) => product * side));
            header[key] = new { dtype = "F32", shape, data_offsets = new[] { offset, end } };
            offset = end;
        }

        var json = Encoding.UTF8.GetBytes(JsonSerializer.Serialize(header));
        using var file = File.Create(Weights);
        Span<byte> length = stackalloc byte[sizeof(ulong)];
        BinaryPrimitives.WriteUInt64LittleEndian(length, (ulong)json.Length);
        file.Write(length);
        file.Write(json);
        for (var i = 0; i < tensors.Length; i++)
        {
            Write(file, tensors[i].Shape, i);
        }
    }

    public string Weights => Path.Combine(_folder.FullName, "wizard.safetensors");

    public void Dispose() => _folder.Delete(recursive: true);

    // A tenth of what would keep lengths, so that the blur stays a change of a picture.
    private static void Write(Stream file, int[] shape, int draw)
    {
        var values = new float[shape.Aggregate(1, (product, side) => product * side)];
        new CounterNoise(0).FillUniform(NoisePurpose.Inner, 0, draw, values);
        var scale = 0.3f / MathF.Sqrt(values.Length / shape[0]);
        var bytes = new byte[sizeof(float) * values.Length];
        for (var i = 0; i < values.Length; i++)
        {
            BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(sizeof(float) * i), scale * ((2 * values[i]) - 1));
        }

        file.Write(bytes);
    }
}
