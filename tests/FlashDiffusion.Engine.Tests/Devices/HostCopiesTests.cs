using FlashDiffusion.Engine.Devices;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Tests.Devices;

public sealed class HostCopiesTests
{
    public static TheoryData<float, int, bool> Planted()
    {
        var planted = new TheoryData<float, int, bool>();
        foreach (var bad in new[] { float.NaN, float.PositiveInfinity, float.NegativeInfinity })
        {
            // First, in the middle of a vector, and behind the last whole one.
            foreach (var place in new[] { 0, 21, 3 * 5 * 7 - 1 })
            {
                planted.Add(bad, place, false);
                planted.Add(bad, place, true);
            }
        }

        return planted;
    }

    [Theory]
    [MemberData(nameof(Planted))]
    public void FiniteRows_OneBadNumber_IsSeenInItsRowAlone(float bad, int place, bool channelsLast)
    {
        using var scope = NewDisposeScope();
        var batch = randn(3, 3, 5, 7) * 1e38f;
        batch.clamp_(-float.MaxValue, float.MaxValue);
        batch[1].flatten()[place] = tensor(bad);
        batch = channelsLast ? batch.permute(0, 2, 3, 1).contiguous().permute(0, 3, 1, 2) : batch;
        Assert.Equal([true, false, true], HostCopies.FiniteRows(batch));
        Assert.Equal([true, false, true], HostCopies.FiniteRows(batch.to(ScalarType.Float64)));
    }

    [Fact]
    public void FiniteRows_InfinitiesOfBothSigns_DoNotCancel()
    {
        using var scope = NewDisposeScope();
        Assert.Equal([false, true], HostCopies.FiniteRows(tensor(new[] { float.PositiveInfinity, float.NegativeInfinity, float.MaxValue, float.MaxValue }, 2, 2)));
    }
}
