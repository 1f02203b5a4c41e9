using static TorchSharp.torch;

namespace FlashDiffusion.Optimisation;

/// <summary>An inner objective at one iterate.</summary>
/// <param name="Losses">One loss a row, (B), differentiable.</param>
/// <param name="Stop">Rows whose iterate is good enough and must not move any more, (B), bool; null if none ever is.</param>
public sealed record InnerObjective(Tensor Losses, Tensor? Stop = null);
