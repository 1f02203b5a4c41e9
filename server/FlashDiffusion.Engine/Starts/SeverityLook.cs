namespace FlashDiffusion.Engine.Starts;

/// <summary>Host-side numbers of one look at a measurement.</summary>
/// <param name="Severity">Predicted error variance of the latent; NaN if there was no severity encoder and the measurement was merely encoded.</param>
/// <param name="MeanResidual">||y - A(D(z_hat))||^2/(m sigma^2); null without noise or operator.</param>
/// <param name="DetailGain">Share of the energy of fine detail that the operator lets through; null without residual.</param>
internal readonly record struct SeverityLook(float Severity, double? MeanResidual, double? DetailGain = null);
