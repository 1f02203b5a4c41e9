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
    private readonly GoldenTensors _tensors;
    private readonly HashSet<string> _used = new(StringComparer.Ordinal);

    public GoldenNetsCase(string name)
    {
        using var document = JsonDocument.Parse(File.ReadAllText(GoldenFolder.File("nets", name + ".config.json")));
        _document = document.RootElement.Clone();
        _tensors = GoldenTensors.Open("nets", name + ".safetensors");
        Config = NetworkConfig.Parse(_document.GetProperty("config"));
    }

    public NetworkConfig Config { get; }

    public IEnumerable<string> Names => _tensors.Names;

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

    /// <summary>A tensor that the case must hold.</summary>
    public Tensor Input(string name)
    {
        _used.Add(name);
        return _tensors[name];
    }

    public bool Has(string name) => _tensors.Has(name);

    /// <summary>Compares with the reference, where the case holds it.</summary>
    public void Check(string name, Tensor actual, double tolerance = Forward)
    {
        if (Has(name))
        {
            GoldenAssert.RelativeL2(name, Input(name), actual, tolerance);
        }
    }

    /// <summary>Compares the gradient of sum(output x probe), where the case holds it.</summary>
    public void CheckGradient(string name, Tensor output, string probe, Tensor input)
    {
        if (Has(name))
        {
            Check(name, autograd.grad([(output * Input(probe)).sum()], [input])[0], Gradient);
        }
    }

    /// <summary>Fails if the case holds a tensor that nothing was compared with: it would be a promise that this test does not keep.</summary>
    public void AssertAllUsed() => Assert.Empty(Names.Except(_used));

    /// <summary>Checks code indices; a different code is right only where the two nearest codes are equally far within rounding.</summary>
    public void CheckIndices(string name, Tensor actual, Tensor margins)
    {
        if (!Has(name))
        {
            return;
        }

        using var scope = NewDisposeScope();
        var expected = Input(name).to(ScalarType.Int64).view(-1);
        Assert.Equal(expected.shape, actual.view(-1).shape);
        var flipped = actual.view(-1).ne(expected).logical_and(margins.ge(MarginOfDoubt)).sum().item<long>();
        Assert.Equal(0, flipped);
    }

    public void Dispose() => _tensors.Dispose();

    private static string GoldenKey(JsonElement key)
        => $"{key.GetProperty("key").GetString()} {string.Join('x', key.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()))}";
}
