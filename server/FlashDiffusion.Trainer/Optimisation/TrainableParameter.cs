using TorchSharp.Modules;

namespace FlashDiffusion.Trainer.Optimisation;

/// <summary>A parameter with its published name, by which checkpoints and the optimiser split know it.</summary>
internal sealed record TrainableParameter(string Name, Parameter Value);
