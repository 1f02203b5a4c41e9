using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Runs;

/// <summary>A scalar loss to differentiate, and the terms of it that the loss curve shows.</summary>
internal sealed record StepLoss(Tensor Value, IReadOnlyDictionary<string, Tensor> Terms);
