using System.Globalization;
using System.Text.Json;
using FlashDiffusion.Models.Operators.Official;
using FlashDiffusion.Testing;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators.Golden;

/// <summary>One golden case: its JSON, its tensors, or both.</summary>
internal sealed class OperatorCase : IDisposable
{
    private readonly JsonDocument? _document;
    private readonly GoldenTensors? _tensors;

    private OperatorCase(string folder, string name)
    {
        (Name, Folder) = (name, GoldenFolder.File(folder));
        _document = File.Exists(GoldenFolder.File(folder, name + ".json")) ? JsonDocument.Parse(File.ReadAllBytes(GoldenFolder.File(folder, name + ".json"))) : null;
        _tensors = File.Exists(GoldenFolder.File(folder, name + ".safetensors")) ? GoldenTensors.Open(folder, name + ".safetensors") : null;
    }

    public string Name { get; }

    public string Folder { get; }

    public JsonElement Json => _document?.RootElement ?? throw new FileNotFoundException($"{Name} has no JSON.");

    public GoldenTensors Tensors => _tensors ?? throw new FileNotFoundException($"{Name} has no tensors.");

    public bool HasTensors => _tensors is not null;

    public static OperatorCase Open(string folder, string name) => new(folder, name);

    public OfficialDegradation Degradation(string property) => new(Json.GetProperty(property), Folder);

    /// <summary>The number as it stands in the names of tensors: %g.</summary>
    public static string Label(double value) => value.ToString("G6", CultureInfo.InvariantCulture);

    /// <summary>Our operator, bound to as many rows as the pictures have.</summary>
    public static ILinearForwardOperator Bind(OperatorSpec spec, Tensor pictures)
    {
        var family = OperatorFamilies.Find(spec.Name)!;
        var shape = new PictureShape((int)pictures.shape[2], (int)pictures.shape[3]);
        return (ILinearForwardOperator)family.Bind([.. Enumerable.Repeat(spec, (int)pictures.shape[0])], shape, CPU);
    }

    /// <summary>Applies an affine map of [-1, 1] to values on [0, 1].</summary>
    public static Tensor OnUnitRange(Func<Tensor, Tensor> map, Tensor values) => (map((values * 2) - 1) + 1) / 2;

    public void Dispose()
    {
        _document?.Dispose();
        _tensors?.Dispose();
    }
}
