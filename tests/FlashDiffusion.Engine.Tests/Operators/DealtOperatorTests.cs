using FlashDiffusion.Engine.Operators;
using FlashDiffusion.Noise;
using FlashDiffusion.Testing.Fakes;
using TorchSharp;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Tests.Operators;

public sealed class DealtOperatorTests : IDisposable
{
    private static readonly PictureShape Picture = new(6, 5);

    private readonly DisposeScope _scope = NewDisposeScope();

    public void Dispose() => _scope.Dispose();

    [Fact]
    public void Of_One_IsTheOperatorItself()
    {
        using var only = Gains(1, 2, 3);
        Assert.Same(only, DealtOperator.Of([(only, 2)]));
    }

    [Fact]
    public void Of_OneThatIsNotLinear_HasNoAdjoint()
    {
        using var linear = Gains(1, 2);
        Assert.IsAssignableFrom<ILinearForwardOperator>(DealtOperator.Of([(linear, 1), (linear, 1)]));
        Assert.IsNotAssignableFrom<ILinearForwardOperator>(DealtOperator.Of([(linear, 1), (new Squares(), 1)]));
    }

    [Fact]
    public void Deal_EachCall_GivesEveryOperatorItsOwnRows()
    {
        using var first = Gains(1, 2, 3);
        using var second = Gains(-1, 5);
        var dealt = Assert.IsAssignableFrom<ILinearForwardOperator>(DealtOperator.Of([(first, 2), (second, 1)]));
        var x = Noise(3);
        var expected = (x * tensor(new[] { 2f, 3, -5 }).reshape(3, 1, 1, 1)).data<float>().ToArray();
        Assert.Equal(3, dealt.Rows);
        Assert.Equal(expected, dealt.Forward(x).data<float>().ToArray());
        Assert.Equal(expected, dealt.Adjoint(x).data<float>().ToArray());
        Assert.Equal(x.data<float>().ToArray(), dealt.Consistent(x).data<float>().ToArray());
        Assert.Equal(x.data<float>().ToArray(), dealt.ToImage(x).data<float>().ToArray());
    }

    [Fact]
    public void Forward_Gradient_IsEachOperatorsOwn()
    {
        using var first = Gains(1, 2, 3);
        var dealt = DealtOperator.Of([(first, 2), (new Squares(), 1)]);
        var x = Noise(3).requires_grad_();
        var gradient = autograd.grad([dealt.Forward(x).sum()], [x])[0];
        Assert.Equal(2, gradient[0, 0, 0, 0].item<float>());
        Assert.Equal(3, gradient[1, 2, 5, 4].item<float>());
        Assert.Equal(2 * x[2, 1, 3, 3].item<float>(), gradient[2, 1, 3, 3].item<float>());
    }

    [Fact]
    public void Forward_NotANumberInARow_StaysThere()
    {
        using var first = Gains(1, 2);
        var dealt = DealtOperator.Of([(first, 1), (new Squares(), 1)]);
        var x = Noise(2).detach();
        x[0].fill_(float.NaN);
        x = x.requires_grad_();
        var y = dealt.Forward(x);
        Assert.True(y[1].isfinite().all().item<bool>());
        Assert.True(autograd.grad([y.flatten(1).sum(1)[1]], [x])[0][1].isfinite().all().item<bool>());
    }

    [Fact]
    public void Forward_OperatorOfOtherRows_IsNoticed()
    {
        using var first = Gains(1, 2);
        var dealt = DealtOperator.Of([(first, 1), (new Squares { Drops = true }, 2)]);
        Assert.Contains("Operator 2 of 2 is bound to 2 rows", Assert.Throws<InvalidOperationException>(() => dealt.Forward(Noise(3))).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Forward_Tensors_AreTheResultAlone()
    {
        using var first = Gains(1, 2);
        using var second = Gains(1, 3);
        var dealt = DealtOperator.Of([(first, 1), (second, 1)]);
        using var scope = NewDisposeScope();
        var x = Noise(2);
        var before = scope.DisposablesCount;
        dealt.Forward(x);
        Assert.Equal(before + 1, scope.DisposablesCount);
    }

    private static IForwardOperator Gains(float sign, params double[] gains) =>
        new FakeOperatorFamily { Sign = sign }.Bind([.. gains.Select(FakeOperatorFamily.Spec)], Picture, CPU);

    private static Tensor Noise(int rows)
    {
        var values = new float[rows * Picture.Elements];
        new CounterNoise(1).FillNormal(NoisePurpose.Inner, 0, 0, values);
        return tensor(values, Picture.Batch(rows));
    }

    private sealed class Squares : IForwardOperator
    {
        public bool Drops { get; init; }

        public int Rows => 1;

        public Tensor Forward(Tensor pictures) => Drops ? pictures[..1].square() : pictures.square();

        public Tensor Consistent(Tensor measurements) => measurements.clone();

        public Tensor ToImage(Tensor measurements) => measurements.clone();

        public void Dispose()
        {
        }
    }
}
