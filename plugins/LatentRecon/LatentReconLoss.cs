using FlashDiffusion.Sampling;
using static TorchSharp.torch;

namespace FlashDiffusion.Plugins.LatentRecon;

/// <summary>The guidance loss of the general algorithm; rows choose their terms.</summary>
internal static class LatentReconLoss
{
    /// <summary>Whether the autoencoder's term is there, and with which picture: what rows must agree on to share a batch.</summary>
    public static string TermOf(SampleSpec sample) =>
        sample.Parameters.Number(GuidanceParameters.LatentWeight) == 0 ? "alone" : sample.Parameters.Choice(LatentReconParameters.LatentTerm);

    public static Tensor At(GuidancePoint point)
    {
        var loss = Residual(point);
        return TermOf(point.Batch.Rows[0].Spec) switch
        {
            "gml" => loss + GuidanceLoss.AutoencoderGap(point, point.Decoded),
            "psld" => loss + GuidanceLoss.AutoencoderGap(point, MeasurementGluing.Adjoint(point)),
            _ => loss,
        };
    }

    private static Tensor Residual(GuidancePoint point)
    {
        var norms = point.Batch.Rows.Select(row => IsNorm(row.Spec)).ToArray();
        if (!norms.Contains(false))
        {
            return GuidanceLoss.Residual(point);
        }

        var weights = point.Batch.Column(row => IsNorm(row.Spec) ? 0 : SquareWeight(row.Spec)).flatten();
        var squares = point.Residual.flatten(1).square().sum(1) * weights;
        return norms.Contains(true) ? squares + (GuidanceLoss.Residual(point) * point.Batch.Column(row => IsNorm(row.Spec) ? 1 : 0).flatten()) : squares;
    }

    private static bool IsNorm(SampleSpec sample) => sample.Parameters.Choice(LatentReconParameters.Scaling) == "norm";

    private static double SquareWeight(SampleSpec sample) =>
        sample.Parameters.Number(GuidanceParameters.Scale) / (sample.Parameters.Choice(LatentReconParameters.Scaling) == "std" ? sample.NoiseStd * sample.NoiseStd : 1);
}
