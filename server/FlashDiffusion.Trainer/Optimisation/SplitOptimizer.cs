using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Optimisation;

/// <summary>
/// Muon for hidden matrices and convolutions, AdamW for norms, biases and the layers that face the data.
/// </summary>
internal sealed class SplitOptimizer : IParameterOptimizer
{
    private readonly Muon _muon;
    private readonly AdamW _adam;

    /// <param name="parameters">All trained parameters.</param>
    /// <param name="isEdge">Whether a parameter of that name belongs to a first or last layer.</param>
    /// <param name="muon">Settings for the hidden weights.</param>
    /// <param name="adam">Settings for the rest.</param>
    public SplitOptimizer(
        IReadOnlyList<TrainableParameter> parameters, Func<string, bool> isEdge, MuonSettings muon, AdamWSettings adam)
    {
        bool IsHidden(TrainableParameter parameter) => parameter.Value.dim() >= 2 && !isEdge(parameter.Name);
        _muon = new Muon([.. parameters.Where(IsHidden)], muon);
        _adam = new AdamW([.. parameters.Where(parameter => !IsHidden(parameter))], adam);
    }

    public void Step(long step, double schedule)
    {
        _muon.Step(step, schedule);
        _adam.Step(step, schedule);
    }

    public IEnumerable<KeyValuePair<string, Tensor>> State() => _muon.State().Concat(_adam.State());

    public void Dispose()
    {
        _muon.Dispose();
        _adam.Dispose();
    }
}
