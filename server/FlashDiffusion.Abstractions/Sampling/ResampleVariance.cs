namespace FlashDiffusion.Sampling;

/// <summary>At which noise level a resampling step takes the unconditional sample to stand.</summary>
public enum ResampleVariance
{
    /// <summary>At the timestep left behind, as Flash-Diffusion's code does (arXiv 2309.06642).</summary>
    Flash,

    /// <summary>At the timestep reached, where the sample is, as in ReSample (arXiv 2307.08123, proposition 1).</summary>
    Resample,
}
