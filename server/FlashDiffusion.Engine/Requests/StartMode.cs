namespace FlashDiffusion.Engine.Requests;

/// <summary>How the start latent is made from the severity encoder's mean.</summary>
internal enum StartMode
{
    /// <summary>sqrt(1 - c s) z_hat + sqrt(c s) eps, the paper's default.</summary>
    Noise,

    /// <summary>Deterministic DDIM inversion of z_hat up to the start (arXiv 2309.06642, appendix E).</summary>
    DdimInversion,
}
