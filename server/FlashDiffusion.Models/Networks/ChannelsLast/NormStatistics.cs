namespace FlashDiffusion.Models.Networks;

/// <summary>What stands between the two passes of <see cref="NormKernel"/>: sums by channel become what every number is multiplied with.</summary>
internal static unsafe class NormStatistics
{
    /// <summary>Fills <see cref="NormWork.Statistics"/> from the sums.</summary>
    public static void Forward(ref NormWork work)
    {
        var (channels, width) = (work.Channels, work.Channels / work.Groups);
        for (var row = 0; row < work.Batch; row++)
        {
            var pivots = work.X + ((long)row * work.Pixels * channels);
            var statistics = work.Statistics + (4L * row * channels);
            for (var group = 0; group < channels; group += width)
            {
                var mean = 0.0;
                for (var channel = group; channel < group + width; channel++)
                {
                    mean += pivots[channel] + (Total(ref work, row, 0, channel) / work.Pixels);
                }

                mean /= width;
                var squares = 0.0;
                for (var channel = group; channel < group + width; channel++)
                {
                    var sum = Total(ref work, row, 0, channel);
                    var off = pivots[channel] + (sum / work.Pixels) - mean;
                    squares += Total(ref work, row, 1, channel) - (sum * sum / work.Pixels) + (work.Pixels * off * off);
                }

                // Rounding may leave a constant map a shade below 0; a NaN stays one.
                var variance = squares / ((double)width * work.Pixels);
                var inverse = 1 / Math.Sqrt((variance < 0 ? 0 : variance) + work.Epsilon);
                for (var channel = group; channel < group + width; channel++)
                {
                    statistics[channel] = (float)(work.Gamma[channel] * inverse);
                    statistics[channels + channel] = work.Beta[channel];
                    statistics[(2 * channels) + channel] = (float)mean;
                    statistics[(3 * channels) + channel] = (float)inverse;
                }
            }
        }
    }

    /// <summary>Fills <see cref="NormWork.Factors"/> from the sums.</summary>
    public static void Backward(ref NormWork work)
    {
        var (channels, width) = (work.Channels, work.Channels / work.Groups);
        var count = (double)width * work.Pixels;
        for (var row = 0; row < work.Batch; row++)
        {
            var statistics = work.Statistics + (4L * row * channels);
            var factors = work.Factors + (3L * row * channels);
            for (var group = 0; group < channels; group += width)
            {
                double inverse = statistics[(3 * channels) + group];
                var (plain, leaning) = (0.0, 0.0);
                for (var channel = group; channel < group + width; channel++)
                {
                    plain += work.Gamma[channel] * Total(ref work, row, 0, channel);
                    leaning += work.Gamma[channel] * Total(ref work, row, 1, channel);
                }

                var slope = -inverse * inverse * inverse * leaning / count;
                for (var channel = group; channel < group + width; channel++)
                {
                    factors[channel] = (float)(inverse * work.Gamma[channel]);
                    factors[channels + channel] = (float)slope;
                    factors[(2 * channels) + channel] = (float)(-inverse * plain / count);
                }
            }
        }
    }

    private static double Total(ref NormWork work, int row, int which, int channel)
    {
        var total = 0.0;
        var sums = work.Sums + (((2L * row * work.TasksPerRow) + which) * work.Channels) + channel;
        for (var task = 0; task < work.TasksPerRow; task++, sums += 2 * work.Channels)
        {
            total += *sums;
        }

        return total;
    }
}
