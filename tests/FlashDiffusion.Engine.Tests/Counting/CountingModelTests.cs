using FlashDiffusion.Engine.Counting;
using FlashDiffusion.Sampling;
using FlashDiffusion.Testing.Fakes;
using TorchSharp;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Tests.Counting;

public sealed class CountingModelTests
{
    private readonly CallCounter _counter = new();
    private readonly CountingModel _model;

    public CountingModelTests() => _model = new CountingModel(new FakeModel(), _counter);

    [Fact]
    public void PerRow_ForwardOnly_CountsNoGradient()
    {
        using var scope = NewDisposeScope();
        _model.Denoise(zeros(4, 3, 2, 2), zeros(4, dtype: ScalarType.Int64));
        _model.Decode(zeros(4, 3, 2, 2), Quantisation.None);
        Assert.Equal(new StepCost(1, 0, 1), _counter.PerRow(4));
    }

    [Fact]
    public void PerRow_GradientPulledBack_CountsItWhereItWent()
    {
        using var scope = NewDisposeScope();
        var latents = zeros(4, 3, 2, 2).requires_grad_();
        var prediction = _model.Denoise(latents, zeros(4, dtype: ScalarType.Int64));
        var decoded = _model.Decode(prediction, Quantisation.None);
        var gradient = PerSample.Gradient(PerSample.Norm(decoded + 1), latents);
        Assert.Equal(latents.shape, gradient.shape);
        Assert.True(gradient.abs().sum().item<float>() > 0);
        Assert.Equal(new StepCost(1, 1, 1, 1), _counter.PerRow(4));
    }

    [Fact]
    public void PerRow_GraphNeverUsed_CountsNoGradient()
    {
        using var scope = NewDisposeScope();
        _model.Denoise(zeros(2, 3, 2, 2).requires_grad_(), zeros(2, dtype: ScalarType.Int64));
        Assert.Equal(new StepCost(1), _counter.PerRow(2));
    }

    [Fact]
    public void PerRow_TwoVectorJacobianProducts_CountsBoth()
    {
        using var scope = NewDisposeScope();
        var latents = zeros(2, 3, 2, 2).requires_grad_();
        var decoded = _model.Decode(latents, Quantisation.None);
        autograd.grad([decoded], [latents], [ones_like(decoded)], retain_graph: true);
        autograd.grad([decoded], [latents], [ones_like(decoded)]);
        Assert.Equal(2, _counter.PerRow(2).DecoderBackward);
    }

    [Fact]
    public void Gradient_ThroughATap_IsThatWithoutIt()
    {
        using var scope = NewDisposeScope();
        var latents = arange(24, ScalarType.Float32).reshape(2, 3, 2, 2).requires_grad_();
        var with = PerSample.Gradient(PerSample.Norm(_model.Decode(latents * latents, Quantisation.None)), latents);
        var without = PerSample.Gradient(PerSample.Norm(new FakeModel().Decode(latents * latents, Quantisation.None)), latents);
        Assert.Equal(without.data<float>().ToArray(), with.data<float>().ToArray());
    }

    [Fact]
    public void Gradient_ManyTimes_LeavesNoTensorAlive()
    {
        var before = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        for (var i = 0; i < 100; i++)
        {
            using var scope = NewDisposeScope();
            var latents = ones(1, 3, 2, 2).requires_grad_();
            PerSample.Gradient(PerSample.Norm(_model.Decode(latents, Quantisation.None)), latents);
        }

        Assert.Equal(before, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }
}
