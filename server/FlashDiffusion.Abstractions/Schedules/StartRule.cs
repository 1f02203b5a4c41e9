namespace FlashDiffusion.Schedules;

/// <summary>How a severity picks a grid index by comparing 1/severity with the signal-to-noise ratio of each index.</summary>
public enum StartRule
{
    /// <summary>The index whose ratio is nearest to 1/severity (Flash-Diffusion, section 3).</summary>
    NearestSignalToNoise,

    /// <summary>The first index whose ratio does not exceed 1/severity: the published code's <c>legacy</c> option.</summary>
    FirstBelow,
}
