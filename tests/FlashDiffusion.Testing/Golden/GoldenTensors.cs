using System.Text.Json;
using FlashDiffusion.Models.Checkpoints;
using static TorchSharp.torch;

namespace FlashDiffusion.Testing;

/// <summary>The tensors of one golden file, read on demand in the type in which they are stored.</summary>
internal sealed class GoldenTensors : IDisposable
{
    private readonly SafetensorsFile _file;

    private GoldenTensors(SafetensorsFile file)
    {
        _file = file;
    }

    public IReadOnlyCollection<string> Names => [.. _file.Entries.Keys];

    public IReadOnlyDictionary<string, string> Metadata => _file.Metadata;

    /// <summary>A new tensor on the CPU; it belongs to the caller's dispose scope.</summary>
    public Tensor this[string name] => _file.Read(name);

    public static GoldenTensors Open(params string[] parts) => new(SafetensorsFile.Open(GoldenFolder.File(parts)));

    public bool Has(string name) => _file.Entries.ContainsKey(name);

    /// <summary>Metadata that hold a JSON document.</summary>
    public JsonElement Json(string key)
    {
        using var document = JsonDocument.Parse(Metadata[key]);
        return document.RootElement.Clone();
    }

    /// <summary>All values of a tensor as float64.</summary>
    public double[] Values(string name)
    {
        using var stored = _file.Read(name);
        using var exact = stored.to(ScalarType.Float64);
        return exact.data<double>().ToArray();
    }

    public void Dispose() => _file.Dispose();
}
