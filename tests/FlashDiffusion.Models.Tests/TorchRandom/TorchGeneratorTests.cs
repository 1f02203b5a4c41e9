using static TorchSharp.torch;

namespace FlashDiffusion.Models.TorchRandom;

/// <summary>Against libtorch's own generator, object by object: the global one is never touched.</summary>
public sealed class TorchGeneratorTests
{
    [Theory]
    [InlineData(0UL, 1)]
    [InlineData(0UL, 2000)]
    [InlineData(4294967295UL, 17)]
    [InlineData(12345678901234UL, 100)]
    public void FillUniform_AnySeed_EqualsTorchToTheBit(ulong seed, int count)
    {
        using var scope = NewDisposeScope();
        var ours = new float[count];
        new TorchGenerator(seed).FillUniform(ours);
        Assert.Equal(rand(count, generator: new Generator(seed)).data<float>().ToArray(), ours);
    }

    [Theory]
    [InlineData(0UL, 4)]
    [InlineData(3UL, 15)]
    [InlineData(3UL, 16)]
    [InlineData(42UL, 17)]
    [InlineData(42UL, 1000)]
    public void FillNormal_EitherPath_EqualsTorch(ulong seed, int count)
    {
        using var scope = NewDisposeScope();
        var ours = new float[count];
        new TorchGenerator(seed).FillNormal(ours);
        Assert.All(randn(count, generator: new Generator(seed)).data<float>().ToArray().Zip(ours), pair => Assert.Equal(pair.First, pair.Second, 2e-6f));
    }

    [Fact]
    public void Draws_OneAfterTheOther_ContinueAsTorchDoes()
    {
        using var scope = NewDisposeScope();
        var torchs = new Generator(7);
        var ours = new TorchGenerator(7);
        var buffer = new float[9];
        for (var i = 0; i < 200; i++)
        {
            Assert.Equal(rand(1, generator: torchs).item<float>(), ours.NextUniform());
            Assert.Equal(randint(i + 1, 1, generator: torchs).item<long>(), ours.NextInteger(i + 1));
            ours.FillNormal(buffer);
            Assert.Equal(randn(9, generator: torchs).data<float>().ToArray()[8], buffer[8], 2e-6f);
        }
    }
}
