namespace FlashDiffusion.Noise;

/// <summary>What a draw is for. Draws of different purposes are independent; the numbers are part of the noise function and never change.</summary>
public enum NoisePurpose
{
    /// <summary>Measurement noise added when a picture is degraded.</summary>
    Degrade = 1,

    /// <summary>Which pixels a random mask removes.</summary>
    Mask = 2,

    /// <summary>The noise of the start latent.</summary>
    Start = 3,

    /// <summary>The noise of a reverse diffusion step.</summary>
    Step = 4,

    /// <summary>Draws inside a step, such as a resampling or a Langevin move.</summary>
    Inner = 5,

    /// <summary>What else is random in an operator: the path of a motion, the coefficients that are measured.</summary>
    Operator = 6,
}
