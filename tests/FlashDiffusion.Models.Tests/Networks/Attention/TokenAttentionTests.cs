using System.Runtime.Intrinsics.X86;
using FlashDiffusion.Testing;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

public sealed class TokenAttentionTests
{
    [Theory]
    [InlineData(1, 4, 32, 1024, false, 1)]
    [InlineData(2, 4, 32, 1024, true, 2)]
    // Tokens that blocks of queries or of keys do not divide, and fewer than either.
    [InlineData(3, 2, 32, 324, false, 2)]
    [InlineData(1, 2, 32, 516, true, 1)]
    [InlineData(2, 2, 32, 20, true, 4)]
    [InlineData(1, 2, 32, 4, false, 1)]
    // Heads as wide as a panel, wider, and wider by half a panel.
    [InlineData(2, 3, 64, 300, false, 2)]
    [InlineData(1, 2, 96, 600, true, 2)]
    [InlineData(1, 1, 128, 400, false, 1)]
    public void Of_AnyShape_EqualsTorchsOperationsWithItsGradient(int batch, int heads, int width, int tokens, bool projectionsFirst, int threads)
    {
        Assert.SkipUnless(Avx512F.IsSupported, "The products need AVX-512.");
        using var scope = NewDisposeScope();
        var (packed, vector) = (Noise(1, batch, tokens, 3 * heads * width), Noise(2, batch, tokens, heads * width));
        var layout = new HeadLayout(heads * width, heads, projectionsFirst);
        var expected = Run(x => Plain(x, layout), packed.to(ScalarType.Float64), vector.to(ScalarType.Float64));

        var actual = WithThreads(threads, () => Run(x => TokenAttention.Of(x, layout), packed, vector));

        foreach (var (one, other) in expected.Zip(actual))
        {
            GoldenAssert.RelativeL2("output or gradient", one, other.to(ScalarType.Float64), 2e-6);
        }
    }

    [Fact]
    public void Of_OtherRowsOrThreads_ChangeNoBit()
    {
        Assert.SkipUnless(Avx512F.IsSupported, "The products need AVX-512.");
        using var scope = NewDisposeScope();
        var layout = new HeadLayout(96, 3, ProjectionsFirst: true);
        var (packed, vector) = (Noise(1, 5, 300, 3 * 96), Noise(2, 5, 300, 96));

        var one = WithThreads(1, () => Run(x => TokenAttention.Of(x, layout), packed.narrow(0, 2, 1), vector.narrow(0, 2, 1)));
        var many = WithThreads(4, () => Run(x => TokenAttention.Of(x, layout), packed, vector));

        GoldenAssert.Exact("output", one[0], many[0].narrow(0, 2, 1));
        GoldenAssert.Exact("gradient", one[1], many[1].narrow(0, 2, 1));
    }

    [Fact]
    public void Of_LargeScores_AreExactToTheSameDegree()
    {
        Assert.SkipUnless(Avx512F.IsSupported, "The products need AVX-512.");
        using var scope = NewDisposeScope();
        var layout = new HeadLayout(64, 2, ProjectionsFirst: false);
        // Scores of hundreds: the greatest so far is passed again and again, and powers of blocks before fall out of range.
        var (packed, vector) = (12 * Noise(1, 1, 1024, 3 * 64), Noise(2, 1, 1024, 64));
        var expected = Run(x => Plain(x, layout), packed.to(ScalarType.Float64), vector.to(ScalarType.Float64));

        var actual = Run(x => TokenAttention.Of(x, layout), packed, vector);

        GoldenAssert.RelativeL2("output", expected[0], actual[0].to(ScalarType.Float64), 1e-4);
        Assert.True(actual[1].isfinite().all().item<bool>());
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(3e38f)]
    public void Of_RowWithoutValue_StaysInItAndIsSeen(float value)
    {
        Assert.SkipUnless(Avx512F.IsSupported, "The products need AVX-512.");
        using var scope = NewDisposeScope();
        var layout = new HeadLayout(64, 2, ProjectionsFirst: true);
        var (packed, vector) = (Noise(1, 3, 300, 3 * 64), Noise(2, 3, 300, 64));
        // Of one token of one row queries, keys and values; with 3e38 products of a query and a key leave float32's range.
        packed[1, 270].fill_(value);

        foreach (var result in Run(x => TokenAttention.Of(x, layout), packed, vector))
        {
            Assert.True(result[0].isfinite().all().item<bool>() && result[2].isfinite().all().item<bool>());
            Assert.True(result[1].isnan().any().item<bool>());
        }
    }

    [Fact]
    public void Of_KeyWithoutValue_IsSeenByEveryQuery()
    {
        Assert.SkipUnless(Avx512F.IsSupported, "The products need AVX-512.");
        using var scope = NewDisposeScope();
        var layout = new HeadLayout(64, 2, ProjectionsFirst: true);
        var packed = Noise(1, 1, 300, 3 * 64);
        // The first head's key of a token within its block; all values are well.
        packed[0, 70, 64..96].fill_(float.NaN);

        var output = TokenAttention.Of(packed, layout);

        Assert.True(output[.., .., ..32].isnan().all().item<bool>());
        Assert.True(output[.., .., 32..].isfinite().all().item<bool>());
    }

    [Fact]
    public void Of_WithoutGradients_EqualsThatWithThem()
    {
        Assert.SkipUnless(Avx512F.IsSupported, "The products need AVX-512.");
        using var scope = NewDisposeScope();
        var layout = new HeadLayout(64, 2, ProjectionsFirst: true);
        var packed = Noise(1, 2, 300, 3 * 64);
        var expected = TokenAttention.Of(packed.detach().requires_grad_(), layout);

        using var ungraded = no_grad();
        GoldenAssert.Exact("output", expected, TokenAttention.Of(packed, layout));
    }

    [Fact]
    public void Of_ForwardAndBackward_LeavesNothingInTheScope()
    {
        Assert.SkipUnless(Avx512F.IsSupported, "The products need AVX-512.");
        using var scope = NewDisposeScope();
        var layout = new HeadLayout(64, 2, ProjectionsFirst: true);
        var packed = Noise(1, 1, 300, 3 * 64).requires_grad_();
        var vector = Noise(2, 1, 300, 64);
        ScopeAssert.LeavesNothing(scope, () =>
        {
            using var output = TokenAttention.Of(packed, layout);
            autograd.grad([output], [packed], [vector])[0].Dispose();
        });
    }

    private static Tensor[] WithThreads(int threads, Func<Tensor[]> run)
    {
        var before = get_num_threads();
        set_num_threads(threads);
        try
        {
            return run();
        }
        finally
        {
            set_num_threads(before);
        }
    }

    private static Tensor[] Run(Func<Tensor, Tensor> attend, Tensor packed, Tensor vector)
    {
        var x = packed.detach().contiguous().requires_grad_();
        var output = attend(x);
        return [output, autograd.grad([output], [x], [vector])[0]];
    }

    private static Tensor Plain(Tensor packed, HeadLayout layout)
    {
        var (batch, tokens, width) = (packed.shape[0], packed.shape[1], packed.shape[2] / 3 / layout.Heads);
        var parts = (layout.ProjectionsFirst
            ? packed.view(batch, tokens, 3, layout.Heads, width).permute(2, 0, 3, 1, 4)
            : packed.view(batch, tokens, layout.Heads, 3, width).permute(3, 0, 2, 1, 4)).unbind(0);
        var weights = parts[0].matmul(parts[1].transpose(2, 3)).div(Math.Sqrt(width)).softmax(-1);
        return weights.matmul(parts[2]).transpose(1, 2).reshape(batch, tokens, -1);
    }

    private static Tensor Noise(long seed, params long[] shape)
    {
        using var generator = new Generator((ulong)seed);
        return randn(shape, generator: generator);
    }
}
