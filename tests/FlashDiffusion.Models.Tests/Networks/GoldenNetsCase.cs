using System.Text.Json;
using FlashDiffusion.Testing;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>One case of the golden <c>nets</c> folder: its configuration, its keys and its tensors.</summary>
internal sealed class GoldenNetsCase : IDisposable
{
    public const double Forward = 1e-5;
    public const double Gradient = 3e-5;
    public const double MarginOfDoubt = 1e-5;

    private readonly JsonElement _document;

    public GoldenNetsCase(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(GoldenFolder.File("nets", name + ".config.json")));
        _document = document.RootElement.Clone();
        Tensors = GoldenTensors.Open("nets", name + ".safetensors");
        Config = NetworkConfig.Parse(_document.GetProperty("config"));
    }

    public NetworkConfig Config { get; }

    public GoldenTensors Tensors { get; }

    /// <summary>Checks that the network's state is exactly the golden one, key by key in order, then fills it with formula weights.</summary>
    public T Prepare<T>(T network)
        where T : nn.Module
    {
        Assert.Equal(
            _document.GetProperty("keys").EnumerateArray().Select(GoldenKey),
            network.state_dict().Select(pair => $"{pair.Key} {string.Join('x', pair.Value.shape)}"));
        FormulaWeights.Fill(network);
        network.eval();
        return network;
    }

    public void Check(string name, Tensor actual, double tolerance = Forward)
        => GoldenAssert.RelativeL2(name, Tensors[name], actual, tolerance);

    /// <summary>Checks code indices; a different code is right only where the two nearest codes are equally far within rounding.</summary>
    public void CheckIndices(string name, Tensor actual, Tensor margins)
    {
        using var scope = NewDisposeScope();
        var expected = Tensors[name].to(ScalarType.Int64).view(-1);
        Assert.Equal(expected.shape, actual.view(-1).shape);
        var flipped = actual.view(-1).ne(expected).logical_and(margins.ge(MarginOfDoubt)).sum().item<long>();
        Assert.Equal(0, flipped);
    }

    public void Dispose() => Tensors.Dispose();

    private static string GoldenKey(JsonElement key)
        => $"{key.GetProperty("key").GetString()} {string.Join('x', key.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()))}";
}
