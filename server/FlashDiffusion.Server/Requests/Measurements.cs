using System.Collections.Immutable;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Pictures;

namespace FlashDiffusion.Server.Requests;

/// <summary>Measurements on their way from the API's range to the engine's.</summary>
internal static class Measurements
{
    /// <summary>From [0, 1] to [-1, 1], (3, H, W).</summary>
    public static HostTensor ToInternal(Picture picture)
    {
        var values = picture.ToArray();
        foreach (ref var value in values.AsSpan())
        {
            value = (2 * value) - 1;
        }

        return HostTensor.Picture(values, new PictureShape(picture.Height, picture.Width));
    }

    /// <summary>What the caller should know about how the measurement came.</summary>
    public static ImmutableArray<Notice> Notices(ReadMeasurement measurement, V1.ForwardOperator? forward)
    {
        var notices = ImmutableArray.CreateBuilder<Notice>();
        if (measurement.IsFile && forward is not null && (!forward.HasNoiseStd || forward.NoiseStd > 0))
        {
            notices.Add(new Notice(
                "MEASUREMENT_CLIPPED",
                "The measurement came as a picture file, which clips its noise to [0, 1] and rounds it; send the unclipped float tensor for exact data consistency."));
        }

        if (forward is { HasNoiseStd: false })
        {
            notices.Add(new Notice("NOISE_STD_ASSUMED", "The request does not say the standard deviation of the noise; 0.05 on [0, 1] (0.1 on [-1, 1]) was assumed."));
        }

        return notices.ToImmutable();
    }
}
