using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Starts;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Probes;

/// <summary>What a look at a measurement gave.</summary>
/// <param name="Look">Severity and residual.</param>
/// <param name="Mean">z_hat, (C, h, w), outside of any dispose scope.</param>
/// <param name="DecodedMean">D(z_hat) in the caller's size, if wanted.</param>
/// <param name="Calls">Network calls, without the severity encoder's.</param>
internal sealed record ProbeResult(SeverityLook Look, Tensor Mean, HostTensor? DecodedMean, StepCost Calls)
{
    /// <summary>The same look in the autoencoder's own latents, as the research code has it, which forgets the latent scale (QUIRKS 9). Takes the mean over.</summary>
    /// <param name="scale">The latent scale.</param>
    public ProbeResult Unscaled(double scale)
    {
        if (scale == 1)
        {
            return this;
        }

        using (Mean)
        {
            using var guard = no_grad();
            using var scope = NewDisposeScope();
            return this with
            {
                Look = Look with { Severity = (float)(Look.Severity / (scale * scale)) },
                Mean = (Mean / scale).DetachFromDisposeScope(),
            };
        }
    }
}
