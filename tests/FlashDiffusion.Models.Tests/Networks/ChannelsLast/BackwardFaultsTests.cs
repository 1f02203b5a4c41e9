using System.Runtime.Intrinsics.X86;
using FlashDiffusion.Sampling;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>A backward pass written in C# that throws ends this test process, unless the exception is kept from torch's frames.</summary>
public sealed class BackwardFaultsTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void PullBack_APassThatThrows_ThrowsThat(bool throughOthers)
    {
        Assert.SkipUnless(Avx512F.IsSupported, "Winograd's convolution needs AVX-512.");
        using var scope = NewDisposeScope();
        var weight = rand(32, 32, 3, 3);
        using var transformed = WinogradWeight.For(weight, enlarged: false)!;
        var x = ChannelsLastLayout.Pack(rand(1, 32, 8, 8)).requires_grad_();
        var settings = new NormSettings(ones(32), zeros(32), 32, 1e-6, Activate: true);
        // Behind the pass that throws there are others, which get no gradient: ours and torch's.
        var input = throughOthers ? NormActivation.Of(x * 2, settings) : x;
        var output = WinogradConvolution.Of(input, new WinogradSettings(transformed, zeros(32), 32, 32));
        // It is transformed for the backward pass when that comes first.
        weight.Dispose();

        Assert.Throws<InvalidOperationException>(() => PerSample.PullBack(output, x, ones_like(output)));
    }

    [Fact]
    public void Checked_AfterAPassThatThrew_IsAsBefore()
    {
        using var scope = NewDisposeScope();
        var gradients = BackwardFaults.Kept(() => throw new InvalidOperationException("kept"), () => [2, 3], inputs: 2);
        Assert.Equal([2, 3], gradients[0].shape);
        Assert.Null(gradients[1]);

        Assert.Equal(1, BackwardFaults.Checked(() => 1));
        Assert.Throws<InvalidOperationException>(() => BackwardFaults.Checked(() => BackwardFaults.Kept(() => throw new InvalidOperationException("kept"), () => [2, 3], inputs: 2)));
        Assert.Equal(2, BackwardFaults.Checked(() => 2));
    }
}
