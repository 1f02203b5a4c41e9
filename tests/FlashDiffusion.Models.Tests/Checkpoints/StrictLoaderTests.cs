using FlashDiffusion.Models.Networks;
using FlashDiffusion.Testing;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Checkpoints;

public sealed class StrictLoaderTests : IDisposable
{
    private readonly string _path = Path.Combine(Directory.CreateTempSubdirectory("loader").FullName, "w.safetensors");

    public void Dispose() => Directory.Delete(Path.GetDirectoryName(_path)!, recursive: true);

    [Theory]
    [InlineData(ScalarType.Float32, 0)]
    [InlineData(ScalarType.Float16, 1e-3)]
    [InlineData(ScalarType.BFloat16, 1e-2)]
    public void Load_WhatWasSaved_FillsFloat32Network(ScalarType onDisk, double tolerance)
    {
        using var scope = NewDisposeScope();
        using var saved = new LinearMap(8, 4);
        using var loaded = new LinearMap(8, 4);
        NetworkInitialization.Initialize(saved, seed: 1);
        SafetensorsWriter.WriteState(_path, saved, onDisk);

        using (var file = SafetensorsFile.Open(_path))
        {
            StrictLoader.Load(loaded, file);
        }

        foreach (var (key, expected) in saved.state_dict())
        {
            Assert.Equal(ScalarType.Float32, loaded.state_dict()[key].dtype);
            GoldenAssert.RelativeL2(key, expected, loaded.state_dict()[key], tolerance);
        }
    }

    [Fact]
    public void Load_SeveralFaults_ReportsAllAndCopiesNothing()
    {
        using var scope = NewDisposeScope();
        using var network = new NamedModules(("a", new LinearMap(2, 2)), ("b", new LinearMap(2, 2)));
        NetworkInitialization.Initialize(network, seed: 1);
        var before = network.state_dict()["a.weight"].clone();
        SafetensorsWriter.Write(_path, [
            KeyValuePair.Create("a.weight", zeros(2, 2)), KeyValuePair.Create("a.bias", zeros(3)),
            KeyValuePair.Create("b.weight", zeros(2, 2)), KeyValuePair.Create("loss.x", zeros(1)), KeyValuePair.Create("c", zeros(1))]);
        using var file = SafetensorsFile.Open(_path);

        var exception = Assert.Throws<CheckpointMismatchException>(
            () => StrictLoader.Load(network, file, ignore: key => key.StartsWith("loss.", StringComparison.Ordinal)));

        Assert.Equal(["b.bias"], exception.Missing);
        Assert.Equal(["c"], exception.Unexpected);
        Assert.Equal(["a.bias (3 instead of 2)"], exception.Misshapen);
        Assert.All(["b.bias", "c", "a.bias"], key => Assert.Contains(key, exception.Message, StringComparison.Ordinal));
        GoldenAssert.Exact("a.weight", before, network.state_dict()["a.weight"]);
    }

    [Fact]
    public void Load_RenamedKeys_TakesThemByTheirNewNames()
    {
        using var scope = NewDisposeScope();
        using var network = new LinearMap(2, 2);
        SafetensorsWriter.Write(_path, [KeyValuePair.Create("model.weight", ones(2, 2)), KeyValuePair.Create("model.bias", zeros(2))]);
        using var file = SafetensorsFile.Open(_path);

        StrictLoader.Load(network, file, rename: key => "model." + key);

        GoldenAssert.Exact("weight", ones(2, 2), network.state_dict()["weight"]);
    }
}
