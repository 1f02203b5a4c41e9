using FlashDiffusion.Testing;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

public sealed class NormActivationTests
{
    [Theory]
    [InlineData(1, 32, 2, 3, true)]
    [InlineData(3, 64, 5, 7, true)]
    [InlineData(2, 64, 5, 7, false)]
    [InlineData(2, 224, 6, 4, true)]
    // Several tasks a row, the last of them shorter.
    [InlineData(2, 128, 24, 23, true)]
    public void Of_AnyShape_EqualsTorchForwardAndBackward(int batch, int channels, int height, int width, bool activate)
    {
        using var scope = NewDisposeScope();
        // A mean far from 0, since the variance must not drown in it.
        var x = (Pattern(0.7, batch, channels, height, width) * 2) + 30;
        var (gamma, beta, vector) = (Pattern(1.3, channels) + 1.5, Pattern(0.4, channels), Pattern(0.9, batch, channels, height, width));
        var plain = x.clone().requires_grad_();
        var normed = nn.functional.group_norm(plain.to(ScalarType.Float64), 32, gamma.to(ScalarType.Float64), beta.to(ScalarType.Float64), 1e-6);
        var expected = activate ? normed.silu() : normed;
        var expectedGradient = autograd.grad([expected], [plain], [vector.to(ScalarType.Float64)])[0];

        var packed = ChannelsLastLayout.Pack(x).requires_grad_();
        var output = NormActivation.Of(packed, new NormSettings(gamma, beta, 32, 1e-6, activate));
        // The gradient comes in the usual layout, as from a network's output.
        var gradient = autograd.grad([output], [packed], [vector])[0];

        GoldenAssert.RelativeL2("output", expected.to(ScalarType.Float32), output, 5e-6);
        GoldenAssert.RelativeL2("gradient", expectedGradient, gradient, 5e-5);
        Assert.True(ChannelsLastLayout.Is(output) && ChannelsLastLayout.Is(gradient));
    }

    [Fact]
    public void Of_OtherRowsOrThreads_ChangeNoBit()
    {
        using var scope = NewDisposeScope();
        var x = ChannelsLastLayout.Pack(Pattern(0.7, 4, 64, 32, 31));
        var settings = new NormSettings(Pattern(1.3, 64) + 1.5, Pattern(0.4, 64), 32, 1e-6, Activate: true);

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
        var x = Pattern(0.7, 2, 32, 4, 4);
        x[1, 3, 2, 2] = float.NaN;

        var output = NormActivation.Of(ChannelsLastLayout.Pack(x), new NormSettings(ones(32), zeros(32), 32, 1e-6, Activate: true));

        Assert.True(output[0].isfinite().all().item<bool>());
        Assert.True(output[1, 3].isnan().all().item<bool>());
    }

    [Theory]
    [InlineData(-200f, 0f)]
    [InlineData(200f, 200f)]
    public void Of_FarFromZero_SaturatesWithoutNaN(float offset, float expected)
    {
        using var scope = NewDisposeScope();
        var settings = new NormSettings(zeros(32), full(32, offset), 32, 1e-6, Activate: true);

        var output = NormActivation.Of(ChannelsLastLayout.Pack(Pattern(0.7, 1, 32, 2, 2)), settings);

        Assert.Equal(expected, output[0, 0, 0, 0].item<float>(), 1e-30f);
    }

    [Fact]
    public void Of_ForwardAndBackward_LeavesNothingInTheScope()
    {
        using var scope = NewDisposeScope();
        var x = ChannelsLastLayout.Pack(Pattern(0.7, 1, 32, 4, 4)).requires_grad_();
        var settings = new NormSettings(ones(32), zeros(32), 32, 1e-6, Activate: true);
        var vector = ones_like(x);
        ScopeAssert.LeavesNothing(scope, () =>
        {
            using var output = NormActivation.Of(x, settings);
            autograd.grad([output], [x], [vector])[0].Dispose();
        });
    }

    private static (Tensor Output, Tensor Gradient) Run(Tensor x, NormSettings settings)
    {
        var input = x.detach().requires_grad_();
        var output = NormActivation.Of(input, settings);
        return (output, autograd.grad([output.square().sum([1L, 2, 3]).sum()], [input])[0]);
    }

    private static Tensor Pattern(double pace, params long[] shape) => arange(shape.Aggregate(1L, (a, b) => a * b), ScalarType.Float32).mul(pace).sin().view(shape);
}
