namespace FlashDiffusion;

/// <summary>Which reverse process a solver follows.</summary>
public enum SamplerKind
{
    /// <summary>Ancestral sampling over every training timestep.</summary>
    Ddpm,

    /// <summary>DDIM over a sub-grid of timesteps.</summary>
    Ddim,
}
