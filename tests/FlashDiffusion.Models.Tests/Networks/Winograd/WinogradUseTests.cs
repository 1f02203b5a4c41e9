using System.Runtime.Intrinsics.X86;
using FlashDiffusion.Testing;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

public sealed class WinogradUseTests
{
    [Theory]
    [InlineData(64, 64, 3, 1, 16, true)]
    // The first and the last layer of a network: a few channels on one side.
    [InlineData(4, 64, 3, 1, 16, false)]
    [InlineData(64, 3, 3, 1, 16, false)]
    [InlineData(64, 64, 1, 1, 16, false)]
    [InlineData(64, 64, 3, 2, 16, false)]
    // A map too small for tiles; too small for so large a weight, too large a weight.
    [InlineData(64, 64, 3, 1, 7, true)]
    [InlineData(512, 512, 3, 1, 4, true)]
    [InlineData(512, 512, 3, 1, 31, false)]
    [InlineData(512, 512, 3, 1, 32, true)]
    [InlineData(512, 544, 3, 1, 32, false)]
    public void Forward_FusedConvolution_UsesItWhereItPays(int inner, int outer, int kernel, int stride, int side, bool used)
    {
        using var scope = NewDisposeScope();
        using var network = new Convolution2d(inner, outer, kernel, stride, padding: kernel / 2);
        NetworkInitialization.Initialize(network, seed: 1);
        network.Initialize(new Generator(1));
        NetworkInitialization.Freeze(network);
        network.Fuse();
        var x = ChannelsLastLayout.Pack(rand(1, inner, side, side)).requires_grad_();

        var output = network.Forward(x);

        var expected = nn.functional.conv2d(x, network.Weight, network.Bias, [stride, stride], [kernel / 2, kernel / 2]);
        GoldenAssert.RelativeL2("output", expected, output, 5e-6);
        Assert.Equal(used && Avx512F.IsSupported, !output.equal(expected).all().item<bool>());
    }

    [Fact]
    public void Forward_FusedUpsample_EqualsTheTransposedConvolution()
    {
        using var scope = NewDisposeScope();
        using var network = new Upsample(64, convolve: true);
        NetworkInitialization.Initialize(network, seed: 1);
        NetworkInitialization.Freeze(network);
        network.Fuse();
        NetworkInitialization.Fuse(network);
        var x = rand(2, 64, 16, 16);

        // Torch's layout is left to torch.
        GoldenAssert.RelativeL2("output", network.Forward(x), network.Forward(ChannelsLastLayout.Pack(x)), 2e-6);
    }
}
