namespace FlashDiffusion.Trainer.Diffusion;

/// <summary>How far a predicted noise is from the true one, <c>loss_type</c> of a published configuration.</summary>
internal enum NoiseDistance
{
    /// <summary>Squared error, <c>l2</c>.</summary>
    Squared,

    /// <summary>Absolute error, <c>l1</c>.</summary>
    Absolute,
}
