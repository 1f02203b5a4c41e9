namespace FlashDiffusion.Engine.Starts;

/// <summary>
/// Where the scaled residual r = ||y - A(D(z_hat))||^2/(m sigma^2) of a decoded mean lies if the severity is to be believed.
/// Of the true picture, m r is chi-squared with m degrees of freedom: mean 1, standard deviation sqrt(2/m). A decoded mean differs in
/// two ways. It may have followed the noise, but in no more directions than its latent has dimensions d, which lowers r by at most
/// d/m. And it errs, mostly in fine detail that no latent holds: with the root mean square error e that is ordinary for the model and
/// the share g of the energy of such errors that the operator lets through (measured on white noise), r rises by g e^2/sigma^2.
/// Both ends get three standard deviations. Below: the measurement is cleaner than claimed. Above: it is not what the operator makes
/// of any picture that the encoder can name. A blur lets little detail through, so that there even a small surplus counts.
/// </summary>
/// <param name="Lowest">Smallest credible residual.</param>
/// <param name="Highest">Largest credible residual.</param>
internal readonly record struct ResidualBand(double Lowest, double Highest)
{
    private const double Deviations = 3;

    /// <summary>Errors of a decoded mean are not all fine detail; a twentieth of their energy passes any operator.</summary>
    private const double LowestGain = 0.05;

    /// <summary>The band of a measurement.</summary>
    /// <param name="measurements">Measured values m.</param>
    /// <param name="latentElements">Dimensions d of the latent.</param>
    /// <param name="noiseStd">sigma on [-1, 1], above 0.</param>
    /// <param name="ordinaryErrorStd">Root mean square error of a decoded mean that is ordinary, on [-1, 1].</param>
    /// <param name="gain">Share g of the energy of white noise that the operator lets through.</param>
    public static ResidualBand Of(int measurements, int latentElements, double noiseStd, double ordinaryErrorStd, double gain)
    {
        var spread = Deviations * Math.Sqrt(2.0 / measurements);
        var followed = Math.Min(1, (double)latentElements / measurements);
        var error = ordinaryErrorStd / noiseStd;
        return new ResidualBand(Math.Max(0, 1 - followed - spread), 1 + spread + (Math.Max(gain, LowestGain) * error * error));
    }

    /// <summary>Whether a residual lies in the band; NaN does not.</summary>
    public bool Contains(double residual) => residual >= Lowest && residual <= Highest;
}
