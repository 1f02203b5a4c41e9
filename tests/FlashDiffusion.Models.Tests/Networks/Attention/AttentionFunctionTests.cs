using System.Runtime.Intrinsics.X86;
using FlashDiffusion.Testing;
using TorchSharp;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

public sealed class AttentionFunctionTests
{
    [Theory]
    [InlineData(1, 128, 4, 8, 8, false, 1)]
    [InlineData(8, 128, 4, 8, 8, true, 2)]
    // Fewer positions than a panel has columns.
    [InlineData(3, 128, 4, 4, 4, false, 2)]
    [InlineData(2, 64, 2, 2, 2, true, 1)]
    // Positions that panels do not divide; more than one panel.
    [InlineData(2, 64, 2, 6, 6, false, 1)]
    [InlineData(5, 64, 2, 10, 10, false, 4)]
    [InlineData(2, 64, 2, 4, 17, true, 2)]
    [InlineData(2, 128, 4, 16, 16, false, 2)]
    // Heads as wide as a panel, wider, and wider by half a panel; all channels in one.
    [InlineData(3, 128, 2, 8, 8, true, 1)]
    [InlineData(2, 128, 1, 8, 8, false, 2)]
    [InlineData(2, 192, 2, 8, 8, true, 1)]
    public void Forward_AnyShape_EqualsTorchsOperationsWithItsGradient(int batch, int channels, int heads, int height, int width, bool newOrder, int threads)
    {
        Assert.SkipUnless(Avx512F.IsSupported, "The products need AVX-512.");
        using var scope = NewDisposeScope();
        var (x, vector) = (Noise(8, batch, channels, height, width), Noise(9, batch, channels, height, width));

        var before = get_num_threads();
        set_num_threads(threads);
        // Torch's operations in float64, which neither function nor layout touches.
        var expected = Run(Block(channels, heads, newOrder, fused: false).to(ScalarType.Float64), x.to(ScalarType.Float64), vector.to(ScalarType.Float64));
        var actual = Run(Block(channels, heads, newOrder, fused: true), ChannelsLastLayout.Pack(x), ChannelsLastLayout.Pack(vector));
        set_num_threads(before);

        foreach (var (one, other) in expected.Zip(actual))
        {
            GoldenAssert.RelativeL2("output or gradient", one, other.to(ScalarType.Float64), 2e-6);
            Assert.True(ChannelsLastLayout.Is(other));
        }
    }

    [Theory]
    [InlineData(128, 4, 8, 8, true)]
    [InlineData(128, 4, 16, 16, true)]
    // More channels, then more positions than the cache is for: its heads alone are TokenAttention.
    [InlineData(288, 9, 8, 8, true)]
    [InlineData(64, 2, 20, 16, true)]
    // A head narrower than half a panel; positions that four do not divide.
    [InlineData(128, 8, 8, 8, false)]
    [InlineData(64, 2, 7, 7, false)]
    public void Forward_FusedBlock_IsNotTorchsWhereItCanBe(int channels, int heads, int height, int width, bool used)
    {
        Assert.SkipUnless(Avx512F.IsSupported, "The products need AVX-512.");
        using var scope = NewDisposeScope();
        var x = ChannelsLastLayout.Pack(Noise(8, 2, channels, height, width)).requires_grad_();

        var output = Block(channels, heads, newOrder: false, fused: true).Forward(x, x, null);

        var expected = Block(channels, heads, newOrder: false, fused: false).Forward(x, x, null);
        GoldenAssert.RelativeL2("output", expected, output, 2e-6);
        Assert.Equal(used, !output.equal(expected).all().item<bool>());
    }

    [Theory]
    // What comes in, and the gradient that comes back, in either layout.
    [InlineData(false, false)]
    [InlineData(false, true)]
    [InlineData(true, false)]
    public void Forward_NotChannelsLast_EqualsTorchsOperationsWithItsGradient(bool input, bool gradient)
    {
        using var scope = NewDisposeScope();
        var (x, vector) = (Noise(8, 2, 128, 8, 8), Noise(9, 2, 128, 8, 8));
        var expected = Run(Block(128, 4, newOrder: false, fused: false).to(ScalarType.Float64), x.to(ScalarType.Float64), vector.to(ScalarType.Float64));

        var actual = Run(Block(128, 4, newOrder: false, fused: true), input ? ChannelsLastLayout.Pack(x) : x, gradient ? ChannelsLastLayout.Pack(vector) : vector);

        foreach (var (one, other) in expected.Zip(actual))
        {
            GoldenAssert.RelativeL2("output or gradient", one, other.to(ScalarType.Float64), 4e-6);
        }
    }

    [Fact]
    public void Forward_WithoutGradients_EqualsThatWithThem()
    {
        Assert.SkipUnless(Avx512F.IsSupported, "The products need AVX-512.");
        using var scope = NewDisposeScope();
        var block = Block(128, 4, newOrder: false, fused: true);
        var x = ChannelsLastLayout.Pack(Noise(8, 2, 128, 8, 8));
        var expected = block.Forward(x.detach().requires_grad_(), x, null);

        using var ungraded = no_grad();
        GoldenAssert.Exact("output", expected, block.Forward(x, x, null));
    }

    [Fact]
    public void Forward_OtherRowsOrThreads_ChangeNoBit()
    {
        Assert.SkipUnless(Avx512F.IsSupported, "The products need AVX-512.");
        using var scope = NewDisposeScope();
        var block = Block(128, 4, newOrder: false, fused: true);
        var (x, vector) = (Noise(8, 5, 128, 8, 8), Noise(9, 5, 128, 8, 8));

        var before = get_num_threads();
        set_num_threads(1);
        var one = Run(block, ChannelsLastLayout.Pack(x.narrow(0, 2, 1)), ChannelsLastLayout.Pack(vector.narrow(0, 2, 1)));
        set_num_threads(2);
        var many = Run(block, ChannelsLastLayout.Pack(x), ChannelsLastLayout.Pack(vector));
        set_num_threads(before);

        GoldenAssert.Exact("output", one[0], many[0].narrow(0, 2, 1));
        GoldenAssert.Exact("gradient", one[1], many[1].narrow(0, 2, 1));
    }

    [Fact]
    public void Forward_NaNInOneRow_StaysInItAndIsSeen()
    {
        Assert.SkipUnless(Avx512F.IsSupported, "The products need AVX-512.");
        using var scope = NewDisposeScope();
        var (x, vector) = (Noise(8, 3, 128, 8, 8), Noise(9, 3, 128, 8, 8));
        x[1, 3, 2, 2] = float.NaN;

        foreach (var result in Run(Block(128, 4, newOrder: false, fused: true), ChannelsLastLayout.Pack(x), ChannelsLastLayout.Pack(vector)))
        {
            Assert.True(result[0].isfinite().all().item<bool>() && result[2].isfinite().all().item<bool>());
            Assert.True(result[1].isnan().any().item<bool>());
        }
    }

    [Fact]
    public void Forward_LargeScores_StayFinite()
    {
        Assert.SkipUnless(Avx512F.IsSupported, "The products need AVX-512.");
        using var scope = NewDisposeScope();
        var (plain, fused) = (Block(64, 2, newOrder: false, fused: false, gain: 12), Block(64, 2, newOrder: false, fused: true, gain: 12));
        var (x, vector) = (ChannelsLastLayout.Pack(Noise(8, 2, 64, 4, 4)), ChannelsLastLayout.Pack(Noise(9, 2, 64, 4, 4)));

        var actual = Run(fused, x, vector);

        // Scores of hundreds: one weight is nearly 1, others are out of range.
        GoldenAssert.RelativeL2("output", Run(plain, x, vector)[0], actual[0], 1e-4);
        Assert.True(actual[1].isfinite().all().item<bool>());
    }

    [Fact]
    public void Forward_ForwardAndBackward_LeavesNothingInTheScope()
    {
        Assert.SkipUnless(Avx512F.IsSupported, "The products need AVX-512.");
        using var scope = NewDisposeScope();
        var block = Block(64, 2, newOrder: false, fused: true);
        var x = ChannelsLastLayout.Pack(Noise(8, 1, 64, 8, 8)).requires_grad_();
        var vector = ones_like(x);
        ScopeAssert.LeavesNothing(scope, () =>
        {
            using var output = block.Forward(x, x, null);
            autograd.grad([output], [x], [vector])[0].Dispose();
        });
    }

    private static Tensor[] Run(AttentionBlock block, Tensor x, Tensor vector)
    {
        var map = x.detach().requires_grad_();
        var output = block.Forward(map, map, null);
        return [output, autograd.grad([output], [map], [vector])[0]];
    }

    private static AttentionBlock Block(int channels, int heads, bool newOrder, bool fused, double gain = 1)
    {
        var block = new AttentionBlock(channels, heads, newOrder);
        using var ungraded = no_grad();
        var seed = 0L;
        foreach (var (name, parameter) in block.named_parameters())
        {
            var values = Noise(++seed, parameter.shape);
            parameter.copy_(name.StartsWith("norm", StringComparison.Ordinal) ? values + 1.5 : values * (gain / Math.Sqrt(channels)));
        }

        NetworkInitialization.Freeze(block);
        if (fused)
        {
            block.Fuse();
        }

        return block;
    }

    private static Tensor Noise(long seed, params long[] shape)
    {
        using var generator = new Generator((ulong)seed);
        return randn(shape, generator: generator);
    }
}
