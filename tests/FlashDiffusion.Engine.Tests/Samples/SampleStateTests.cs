using System.Collections.Immutable;
using FlashDiffusion.Engine.Samples;
using TorchSharp;

namespace FlashDiffusion.Engine.Tests.Samples;

public sealed class SampleStateTests
{
    [Fact]
    public void Read_OfWrite_GivesTheSameBytes()
    {
        var bytes = State().Write();
        Assert.Equal(bytes, SampleState.Read(bytes).Write());
    }

    [Fact]
    public void Read_OfWrite_KeepsTypesAndShapes()
    {
        var state = SampleState.Read(State().Write());
        Assert.Equal(7, state.StepIndex);
        Assert.Equal([3L, 2, 2], state.Latent.Shape);
        Assert.Equal(torch.ScalarType.Int64, state.Scratch["count"].Type);
        using var count = state.Scratch["count"].ToTensor(torch.CPU);
        Assert.Equal(5, count.item<long>());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(40)]
    public void Read_CutOff_IsInvalidData(int length)
    {
        var bytes = State().Write();
        Assert.Throws<InvalidDataException>(() => SampleState.Read(bytes.AsMemory(0, length)));
    }

    [Fact]
    public void Read_TooLong_IsInvalidData() => Assert.Throws<InvalidDataException>(() => SampleState.Read(State().Write().Append((byte)0).ToArray()));

    [Fact]
    public void Read_AnyDamagedByte_NeverThrowsAnythingElse()
    {
        var bytes = State().Write();
        for (var i = 0; i < bytes.Length; i++)
        {
            var damaged = bytes.ToArray();
            damaged[i] ^= 0xff;
            try
            {
                SampleState.Read(damaged);
            }
            catch (InvalidDataException)
            {
                continue;
            }
        }
    }

    private static SampleState State()
    {
        using var scope = torch.NewDisposeScope();
        var scratch = ImmutableSortedDictionary.CreateBuilder<string, SavedTensor>(StringComparer.Ordinal);
        scratch.Add("count", SavedTensor.Of(torch.tensor(5L)));
        scratch.Add("moment", SavedTensor.Of(torch.ones(3, 2, 2)));
        return new SampleState(7, SavedTensor.Of(torch.arange(12, torch.ScalarType.Float32).reshape(3, 2, 2)), scratch.ToImmutable());
    }
}
