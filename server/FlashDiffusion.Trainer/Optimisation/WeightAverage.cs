using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Optimisation;

/// <summary>
/// Exponential moving average of the weights, with the published warm-up: decay = min(limit, (1+n)/(10+n)).
/// </summary>
internal sealed class WeightAverage : IDisposable
{
    private readonly IReadOnlyList<TrainableParameter> _parameters;
    private readonly List<Tensor> _average = [];
    private readonly double _limit;

    public WeightAverage(IReadOnlyList<TrainableParameter> parameters, double limit)
    {
        _parameters = parameters;
        _limit = limit;
        foreach (var parameter in parameters)
        {
            _average.Add(parameter.Value.detach().clone().DetachFromDisposeScope());
        }
    }

    /// <summary>Takes the weights after update <paramref name="step"/> (from 1) into the average.</summary>
    public void Update(long step)
    {
        using var guard = no_grad();
        var decay = Math.Min(_limit, (1.0 + step) / (10.0 + step));
        for (var i = 0; i < _average.Count; i++)
        {
            using var scope = NewDisposeScope();
            _average[i].lerp_(_parameters[i].Value.detach(), 1 - decay);
        }
    }

    /// <summary>Exchanges weights and average; call it again to go back. For validating or saving the averaged network.</summary>
    public void Swap()
    {
        using var guard = no_grad();
        for (var i = 0; i < _average.Count; i++)
        {
            using var scope = NewDisposeScope();
            var weights = _parameters[i].Value.detach().clone();
            _parameters[i].Value.copy_(_average[i]);
            _average[i].copy_(weights);
        }
    }

    public IEnumerable<KeyValuePair<string, Tensor>> State() =>
        _parameters.Select((parameter, i) => KeyValuePair.Create("average." + parameter.Name, _average[i]));

    public void Dispose() => _average.ForEach(tensor => tensor.Dispose());
}
