using FlashDiffusion.Testing;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

public sealed class WinogradConvolutionTests
{
    [Theory]
    [InlineData(1, 32, 32, 16, 16)]
    [InlineData(3, 64, 64, 16, 20)]
    // Sides that no tile divides, and panels of 64 and of 32 channels.
    [InlineData(2, 96, 160, 19, 17)]
    [InlineData(2, 128, 64, 32, 33)]
    // More tiles than a block has.
    [InlineData(1, 32, 64, 40, 41)]
    // So large that tiles are wider: sides that they divide and do not, more channels than they are for.
    [InlineData(1, 64, 64, 66, 66)]
    [InlineData(2, 64, 96, 64, 67)]
    [InlineData(1, 96, 32, 71, 70)]
    [InlineData(1, 160, 128, 64, 64)]
    // Too small for tiles, in one block of pixels and in several.
    [InlineData(1, 64, 32, 3, 2)]
    [InlineData(1, 96, 64, 4, 4)]
    [InlineData(7, 64, 160, 4, 5)]
    // Less than a tile in one direction.
    [InlineData(1, 64, 32, 40, 2)]
    [InlineData(1, 64, 32, 2100, 2)]
    public void Of_AnyShape_EqualsTorchForwardAndBackward(int batch, int inner, int outer, int height, int width)
    {
        using var scope = NewDisposeScope();
        var (x, weight, bias, vector) = (Noise(1, batch, inner, height, width), Noise(2, outer, inner, 3, 3), Noise(3, outer), Noise(4, batch, outer, height, width));
        var plain = x.to(ScalarType.Float64).requires_grad_();
        var expected = nn.functional.conv2d(plain, weight.to(ScalarType.Float64), bias.to(ScalarType.Float64), padding: [1, 1]);

        Compare(x, weight, bias, vector, plain, expected, enlarged: false);
    }

    [Theory]
    [InlineData(1, 8, 8)]
    [InlineData(2, 9, 11)]
    public void Of_EnlargedMap_EqualsEnlargementAndConvolution(int batch, int height, int width)
    {
        using var scope = NewDisposeScope();
        var (x, weight, bias, vector) = (Noise(1, batch, 64, height, width), Noise(2, 96, 64, 3, 3), Noise(3, 96), Noise(4, batch, 96, 2 * height, 2 * width));
        var plain = x.to(ScalarType.Float64).requires_grad_();
        var expected = nn.functional.conv2d(Resampling.Enlarge(plain), weight.to(ScalarType.Float64), bias.to(ScalarType.Float64), padding: [1, 1]);

        Compare(x, weight, bias, vector, plain, expected, enlarged: true);
    }

    [Theory]
    [InlineData(16, 18, false)]
    [InlineData(66, 68, false)]
    [InlineData(16, 18, true)]
    [InlineData(4, 5, false)]
    public void Of_OtherRowsOrThreads_ChangeNoBit(int height, int width, bool enlarged)
    {
        using var scope = NewDisposeScope();
        var x = ChannelsLastLayout.Pack(Noise(1, 5, 64, height, width));
        using var weight = WinogradWeight.For(Noise(2, 64, 64, 3, 3), enlarged)!;
        var settings = new WinogradSettings(weight, Noise(3, 64), 64, 64);

        var threads = get_num_threads();
        set_num_threads(1);
        var (one, oneGradient) = Run(ChannelsLastLayout.Pack(x.narrow(0, 2, 1)), settings);
        set_num_threads(2);
        var (many, manyGradient) = Run(x, settings);
        set_num_threads(threads);

        GoldenAssert.Exact("output", one, many.narrow(0, 2, 1));
        GoldenAssert.Exact("gradient", oneGradient, manyGradient.narrow(0, 2, 1));
    }

    [Fact]
    public void Of_NaNInOneRow_StaysInItAndIsSeen()
    {
        using var scope = NewDisposeScope();
        var x = Noise(1, 2, 32, 8, 8);
        x[1, 3, 2, 2] = float.NaN;
        using var weight = WinogradWeight.For(Noise(2, 32, 32, 3, 3), enlarged: false)!;

        var output = WinogradConvolution.Of(ChannelsLastLayout.Pack(x), new WinogradSettings(weight, Noise(3, 32), 32, 32));

        Assert.True(output[0].isfinite().all().item<bool>());
        Assert.True(output[1, .., 2, 2].isnan().all().item<bool>());
    }

    [Fact]
    public void Of_ForwardAndBackward_LeavesNothingInTheScope()
    {
        using var scope = NewDisposeScope();
        var x = ChannelsLastLayout.Pack(Noise(1, 1, 32, 8, 8)).requires_grad_();
        using var weight = WinogradWeight.For(Noise(2, 32, 32, 3, 3), enlarged: false)!;
        var settings = new WinogradSettings(weight, Noise(3, 32), 32, 32);
        var vector = ones_like(x);
        ScopeAssert.LeavesNothing(scope, () =>
        {
            using var output = WinogradConvolution.Of(x, settings);
            autograd.grad([output], [x], [vector])[0].Dispose();
        });
    }

    private static void Compare(Tensor x, Tensor weight, Tensor bias, Tensor vector, Tensor plain, Tensor expected, bool enlarged)
    {
        var expectedGradient = autograd.grad([expected], [plain], [vector.to(ScalarType.Float64)])[0];
        using var transformed = WinogradWeight.For(weight, enlarged)!;
        var packed = ChannelsLastLayout.Pack(x).requires_grad_();

        var output = WinogradConvolution.Of(packed, new WinogradSettings(transformed, bias, weight.shape[1], weight.shape[0]));
        // The gradient comes in the usual layout, as from a network's output.
        var gradient = autograd.grad([output], [packed], [vector])[0];

        GoldenAssert.RelativeL2("output", expected.to(ScalarType.Float32), output, 5e-6);
        GoldenAssert.RelativeL2("gradient", expectedGradient.to(ScalarType.Float32), gradient, 5e-6);
        Assert.True(ChannelsLastLayout.Is(output) && ChannelsLastLayout.Is(gradient));
    }

    private static (Tensor Output, Tensor Gradient) Run(Tensor x, WinogradSettings settings)
    {
        var input = x.detach().requires_grad_();
        var output = WinogradConvolution.Of(input, settings);
        return (output, autograd.grad([output.square().sum([1L, 2, 3]).sum()], [input])[0]);
    }

    private static Tensor Noise(long seed, params long[] shape)
    {
        using var generator = new Generator((ulong)seed);
        return randn(shape, generator: generator);
    }
}
