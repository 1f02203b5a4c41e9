using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>Predicted clean latents (B, C, h, w) and the predicted variance of their error, the severity (B).</summary>
internal sealed record SeverityPrediction(Tensor Mean, Tensor Variance) : IDisposable
{
    public void Dispose()
    {
        Mean.Dispose();
        Variance.Dispose();
    }
}
