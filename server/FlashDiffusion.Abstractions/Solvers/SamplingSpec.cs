namespace FlashDiffusion;

/// <summary>The reverse process of one sample.</summary>
/// <param name="Kind">DDPM or DDIM.</param>
/// <param name="DdimSteps">Number of points of the DDIM grid over the whole schedule; ignored by DDPM.</param>
/// <param name="DdimEta">Stochasticity of DDIM in [0, 1] (not the guidance scale, which some papers call eta too).</param>
public sealed record SamplingSpec(SamplerKind Kind, int DdimSteps = 0, double DdimEta = 0)
{
    /// <summary>DDPM over the training schedule, the paper's default.</summary>
    public static SamplingSpec Ddpm { get; } = new(SamplerKind.Ddpm);
}
