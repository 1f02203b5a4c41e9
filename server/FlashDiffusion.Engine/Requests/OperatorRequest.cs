namespace FlashDiffusion.Engine.Requests;

/// <summary>The forward operator that degraded a picture, and the noise that came on top.</summary>
/// <param name="Family">The operator's family.</param>
/// <param name="Spec">Checked parameters, seed, mask and kernel.</param>
/// <param name="NoiseStd">Standard deviation of the measurement noise on the internal range [-1, 1]: twice that of [0, 1].</param>
internal sealed record OperatorRequest(IForwardOperatorFamily Family, OperatorSpec Spec, double NoiseStd)
{
    /// <summary>Version of the plugin that provides the family; empty for one of the server's own.</summary>
    public string Version { get; init; } = "";
}
