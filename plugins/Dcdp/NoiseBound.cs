namespace FlashDiffusion.Plugins.Dcdp;

/// <summary>How large a residual the noise of a measurement explains.</summary>
internal static class NoiseBound
{
    /// <summary>m sigma_n^2 (1 + 2 sqrt(2/m)): the mean of ||n||^2 and two standard deviations; 0 without noise.</summary>
    public static double Stop(SampleSpec sample)
    {
        double count = sample.OperatorPlan?.MeasurementCount ?? 0;
        return count > 0 ? count * sample.NoiseStd * sample.NoiseStd * (1 + (2 * Math.Sqrt(2 / count))) : 0;
    }

    /// <summary>Radius of the ball that holds the noise with a probability: sigma_n sqrt(chi^2_m quantile), by Wilson and Hilferty's cube.</summary>
    public static double Radius(SampleSpec sample, double probability)
    {
        double count = sample.OperatorPlan?.MeasurementCount ?? 0;
        if (count <= 0)
        {
            return 0;
        }

        var spread = 2 / (9 * count);
        return sample.NoiseStd * Math.Sqrt(count * Math.Pow(1 - spread + (NormalQuantile(probability) * Math.Sqrt(spread)), 3));
    }

    /// <summary>Quantile of the standard normal law by bisection of its distribution, to 1e-9.</summary>
    private static double NormalQuantile(double probability)
    {
        var (low, high) = (-8.0, 8.0);
        while (high - low > 1e-9)
        {
            var middle = (low + high) / 2;
            (low, high) = Distribution(middle) < probability ? (middle, high) : (low, middle);
        }

        return (low + high) / 2;
    }

    // Abramowitz and Stegun 26.2.17, error below 7.5e-8.
    private static double Distribution(double x)
    {
        var t = 1 / (1 + (0.2316419 * Math.Abs(x)));
        var tail = Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI)
            * t * (0.319381530 + (t * (-0.356563782 + (t * (1.781477937 + (t * (-1.821255978 + (t * 1.330274429))))))));
        return x > 0 ? 1 - tail : tail;
    }
}
