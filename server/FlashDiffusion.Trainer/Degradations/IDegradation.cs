using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Degradations;

/// <summary>
/// An operator family as a severity encoder sees it in training: severity levels in [0,1] in, noisy pictures out, removed
/// pixels exactly -1 (arXiv 2309.06642, appendix on operators).
/// </summary>
internal interface IDegradation
{
    /// <summary>Name of the operator family, as the server knows it.</summary>
    string OperatorName { get; }

    /// <summary>Degrades each row at its own level.</summary>
    /// <param name="clean">(B, 3, H, W) in [-1,1].</param>
    /// <param name="levels">B levels in [0,1].</param>
    /// <param name="generator">Source of masks and noise.</param>
    /// <returns>(B, 3, H, W), unclipped.</returns>
    Tensor Degrade(Tensor clean, IReadOnlyList<double> levels, Generator generator);
}
