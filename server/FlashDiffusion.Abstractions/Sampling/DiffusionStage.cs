namespace FlashDiffusion.Sampling;

/// <summary>Part of a schedule, as ReSample (arXiv 2307.08123) divides it.</summary>
public enum DiffusionStage
{
    /// <summary>Timesteps above 750 of 1000: nothing of the picture is decided.</summary>
    Chaotic,

    /// <summary>Timesteps 301 to 750 of 1000: content is decided.</summary>
    Semantic,

    /// <summary>Timesteps up to 300 of 1000: detail is decided.</summary>
    Refinement,
}
