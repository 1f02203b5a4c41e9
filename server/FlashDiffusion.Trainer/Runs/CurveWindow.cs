using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Runs;

/// <summary>Running means between two rows of the loss curve.</summary>
internal sealed class CurveWindow
{
    private readonly Dictionary<string, double> _sums = [];

    public int Count { get; private set; }

    public IReadOnlyDictionary<string, double> Means => _sums.ToDictionary(pair => pair.Key, pair => pair.Value / Count);

    /// <summary>Takes one step's loss and terms; returns the loss, and throws when it is not finite.</summary>
    public double Add(long step, StepLoss loss)
    {
        var value = loss.Value.item<float>();
        if (!float.IsFinite(value))
        {
            throw new InvalidOperationException(
                $"The loss of step {step} is not finite ({value}). Resume with a lower --learning-rate or with --float32.");
        }

        Count++;
        Accumulate("loss", value);
        foreach (var (name, term) in loss.Terms)
        {
            Accumulate(name, term.to(ScalarType.Float32).item<float>());
        }

        return value;
    }

    public void Clear()
    {
        Count = 0;
        _sums.Clear();
    }

    private void Accumulate(string name, double value) => _sums[name] = _sums.GetValueOrDefault(name) + value;
}
