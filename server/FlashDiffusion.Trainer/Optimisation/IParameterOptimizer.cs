using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Optimisation;

/// <summary>An update rule over a fixed list of parameters whose whole state is named tensors, so that a run can resume exactly.</summary>
internal interface IParameterOptimizer : IDisposable
{
    /// <summary>Applies one update from the parameters' gradients. <paramref name="step"/> counts from 1.</summary>
    /// <param name="step">Number of this update in the run, for bias corrections.</param>
    /// <param name="schedule">Factor on the peak learning rate, 0 to 1.</param>
    void Step(long step, double schedule);

    /// <summary>State tensors by name; the same tensors every time, to be saved or overwritten in place.</summary>
    IEnumerable<KeyValuePair<string, Tensor>> State();
}
