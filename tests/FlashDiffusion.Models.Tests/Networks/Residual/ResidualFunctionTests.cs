using System.Runtime.Intrinsics.X86;
using FlashDiffusion.Testing;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

public sealed class ResidualFunctionTests
{
    [Theory]
    [InlineData(1, 64, 64, 16, 16, false, 1)]
    // More channels out than in, and the other way round: the map goes through a layer of its own beside.
    [InlineData(3, 64, 128, 16, 20, true, 2)]
    [InlineData(2, 128, 64, 19, 17, true, 2)]
    // Groups of several rows, the last of them smaller; rows that threads share.
    [InlineData(7, 64, 64, 8, 8, true, 1)]
    [InlineData(5, 64, 64, 8, 8, false, 2)]
    // Too small for tiles.
    [InlineData(5, 64, 128, 4, 4, true, 2)]
    // Fewer rows than threads, and a few more.
    [InlineData(3, 64, 64, 8, 8, true, 4)]
    [InlineData(6, 64, 64, 20, 16, false, 4)]
    // A row of several tasks, and of several blocks of tiles.
    [InlineData(3, 64, 96, 40, 41, true, 2)]
    public void Of_AnyShape_EqualsTheLayersOneAfterTheOtherToTheLastBit(int batch, int inner, int outer, int height, int width, bool embedded, int threads)
    {
        Assert.SkipUnless(Avx512F.IsSupported, "Winograd's convolution needs AVX-512.");
        using var scope = NewDisposeScope();
        var settings = Settings(inner, outer);
        var embedding = embedded ? Noise(7, batch, outer, 1, 1) : null;
        var (x, vector) = (Noise(8, batch, inner, height, width), Noise(9, batch, outer, height, width));
        var beside = inner == outer ? null : Noise(10, batch, outer, height, width);

        var before = get_num_threads();
        set_num_threads(threads);
        var expected = Run(x, beside, vector, (map, around) => Layers(map, around, embedding, settings));
        var actual = Run(x, beside, vector, (map, around) => ResidualFunction.Of(map, around, embedding, settings));
        set_num_threads(before);

        foreach (var (one, other) in expected.Zip(actual))
        {
            GoldenAssert.Exact("output or gradient", one, other);
            Assert.True(ChannelsLastLayout.Is(other));
        }
    }

    [Fact]
    public void Of_WithoutGradients_EqualsThatWithThem()
    {
        Assert.SkipUnless(Avx512F.IsSupported, "Winograd's convolution needs AVX-512.");
        using var scope = NewDisposeScope();
        var settings = Settings(64, 64);
        var x = ChannelsLastLayout.Pack(Noise(8, 2, 64, 16, 16));
        var expected = ResidualFunction.Of(x.detach().requires_grad_(), null, null, settings);

        using var ungraded = no_grad();
        GoldenAssert.Exact("output", expected, ResidualFunction.Of(x, null, null, settings));
    }

    [Fact]
    public void Of_OtherRowsOrThreads_ChangeNoBit()
    {
        Assert.SkipUnless(Avx512F.IsSupported, "Winograd's convolution needs AVX-512.");
        using var scope = NewDisposeScope();
        var settings = Settings(64, 64);
        var (x, vector) = (Noise(8, 5, 64, 16, 18), Noise(9, 5, 64, 16, 18));

        var before = get_num_threads();
        set_num_threads(1);
        var one = Run(x.narrow(0, 2, 1), null, vector.narrow(0, 2, 1), (map, _) => ResidualFunction.Of(map, null, null, settings));
        set_num_threads(2);
        var many = Run(x, null, vector, (map, _) => ResidualFunction.Of(map, null, null, settings));
        set_num_threads(before);

        GoldenAssert.Exact("output", one[0], many[0].narrow(0, 2, 1));
        GoldenAssert.Exact("gradient", one[1], many[1].narrow(0, 2, 1));
    }

    [Fact]
    public void Of_NaNInOneRow_StaysInItAndIsSeen()
    {
        Assert.SkipUnless(Avx512F.IsSupported, "Winograd's convolution needs AVX-512.");
        using var scope = NewDisposeScope();
        var x = Noise(8, 3, 64, 8, 8);
        x[1, 3, 2, 2] = float.NaN;

        var output = ResidualFunction.Of(ChannelsLastLayout.Pack(x), null, null, Settings(64, 64));

        Assert.True(output[0].isfinite().all().item<bool>() && output[2].isfinite().all().item<bool>());
        Assert.True(output[1].isnan().any().item<bool>());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Of_ForwardAndBackward_LeavesNothingInTheScope(bool hasBeside)
    {
        Assert.SkipUnless(Avx512F.IsSupported, "Winograd's convolution needs AVX-512.");
        using var scope = NewDisposeScope();
        var settings = Settings(64, 64);
        var x = ChannelsLastLayout.Pack(Noise(8, 1, 64, 8, 8)).requires_grad_();
        var beside = hasBeside ? ChannelsLastLayout.Pack(Noise(9, 1, 64, 8, 8)).requires_grad_() : null;
        var vector = ones_like(x);
        ScopeAssert.LeavesNothing(scope, () =>
        {
            using var output = ResidualFunction.Of(x, beside, null, settings);
            autograd.grad([output], [x], [vector])[0].Dispose();
        });
    }

    private static Tensor Layers(Tensor x, Tensor? beside, Tensor? embedding, ResidualSettings settings)
    {
        var first = WinogradConvolution.Of(NormActivation.Of(x, settings.FirstNorm), settings.FirstConvolution);
        var second = NormActivation.Of(embedding is null ? first : first + embedding, settings.SecondNorm);
        return (beside ?? x) + WinogradConvolution.Of(second, settings.SecondConvolution);
    }

    // Output, then gradients with respect to the features and to what goes beside.
    private static Tensor[] Run(Tensor x, Tensor? beside, Tensor vector, Func<Tensor, Tensor?, Tensor> block)
    {
        var map = ChannelsLastLayout.Pack(x).requires_grad_();
        var around = beside is null ? null : ChannelsLastLayout.Pack(beside).requires_grad_();
        var output = block(map, around);
        return [output, .. autograd.grad([output], around is null ? [map] : [map, around], [ChannelsLastLayout.Pack(vector)])];
    }

    private static ResidualSettings Settings(int inner, int outer) => new(
        new NormSettings(Noise(1, inner) + 1.5, Noise(2, inner), 32, 1e-6, Activate: true),
        Convolution(3, inner, outer),
        new NormSettings(Noise(4, outer) + 1.5, Noise(5, outer), 32, 1e-6, Activate: true),
        Convolution(6, outer, outer));

    private static WinogradSettings Convolution(long seed, int inner, int outer) =>
        new(WinogradWeight.For(Noise(seed, outer, inner, 3, 3) * 0.05, enlarged: false)!, Noise(seed + 20, outer), inner, outer);

    private static Tensor Noise(long seed, params long[] shape)
    {
        using var generator = new Generator((ulong)seed);
        return randn(shape, generator: generator);
    }
}
