using FlashDiffusion.Trainer.Optimisation;
using FlashDiffusion.Trainer.Randomness;
using FlashDiffusion.Trainer.Runs;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Tests.Runs;

/// <summary>A two-layer network that learns a random map: every kind of parameter, in milliseconds.</summary>
internal sealed class ToyTask(long seed) : ITrainingTask
{
    private readonly Parameter _hidden = Start(1, 8, 6);
    private readonly Parameter _last = Start(2, 3, 8);
    private readonly Parameter _bias = Start(3, 8);

    public IReadOnlyList<TrainableParameter> Parameters => [new("hidden", _hidden), new("last", _last), new("bias", _bias)];

    public int BatchSize => 4;

    /// <summary>Called after each loss; a test kills the run in it.</summary>
    public Action<long>? Stepped { get; init; }

    public bool IsEdge(string name) => name == "last";

    public StepLoss Loss(long step, double progress)
    {
        var random = new StepRandom(seed, step);
        using var generator = random.NextGenerator();
        var x = randn(4, 6, generator: generator);
        var y = _last.mm((_hidden.mm(x.T) + _bias.unsqueeze(1)).tanh());
        var loss = (y - x[.., ..3].T).square().mean();
        Stepped?.Invoke(step);
        return new StepLoss(loss, new Dictionary<string, Tensor> { ["squared"] = loss });
    }

    public IReadOnlyDictionary<string, double> Validate() => new Dictionary<string, double> { ["weight"] = _hidden.sum().item<float>() };

    public void Save(string folder)
    {
    }

    public void Dispose()
    {
        _hidden.Dispose();
        _last.Dispose();
        _bias.Dispose();
    }

    private static Parameter Start(ulong seed, params long[] shape)
    {
        using var generator = new Generator(seed);
        return new Parameter(randn(shape, generator: generator));
    }
}
