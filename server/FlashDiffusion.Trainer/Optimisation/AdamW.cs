using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Optimisation;

/// <summary>
/// Adam with decoupled weight decay (Kingma and Ba 2015; Loshchilov and Hutter 2019), with its state open for exact resume.
/// </summary>
internal sealed class AdamW : IParameterOptimizer
{
    private readonly IReadOnlyList<TrainableParameter> _parameters;
    private readonly List<Tensor> _first = [];
    private readonly List<Tensor> _second = [];
    private readonly AdamWSettings _settings;

    public AdamW(IReadOnlyList<TrainableParameter> parameters, AdamWSettings settings)
    {
        _parameters = parameters;
        _settings = settings;
        foreach (var parameter in parameters)
        {
            _first.Add(zeros_like(parameter.Value).detach().DetachFromDisposeScope());
            _second.Add(zeros_like(parameter.Value).detach().DetachFromDisposeScope());
        }
    }

    public void Step(long step, double schedule)
    {
        using var guard = no_grad();
        var rate = _settings.LearningRate * schedule;
        var firstCorrection = 1 - Math.Pow(_settings.Beta1, step);
        var secondCorrection = Math.Sqrt(1 - Math.Pow(_settings.Beta2, step));
        for (var i = 0; i < _parameters.Count; i++)
        {
            using var scope = NewDisposeScope();
            var value = _parameters[i].Value;
            if (value.grad is not { } gradient)
            {
                continue;
            }

            if (_settings.WeightDecay > 0)
            {
                value.mul_(1 - rate * _settings.WeightDecay);
            }

            _first[i].mul_(_settings.Beta1).add_(gradient, alpha: 1 - _settings.Beta1);
            _second[i].mul_(_settings.Beta2).addcmul_(gradient, gradient, 1 - _settings.Beta2);
            var denominator = _second[i].sqrt().div_(secondCorrection).add_(_settings.Epsilon);
            value.addcdiv_(_first[i], denominator, -rate / firstCorrection);
        }
    }

    public IEnumerable<KeyValuePair<string, Tensor>> State()
    {
        for (var i = 0; i < _parameters.Count; i++)
        {
            yield return new("first." + _parameters[i].Name, _first[i]);
            yield return new("second." + _parameters[i].Name, _second[i]);
        }
    }

    public void Dispose()
    {
        _first.ForEach(tensor => tensor.Dispose());
        _second.ForEach(tensor => tensor.Dispose());
    }
}
