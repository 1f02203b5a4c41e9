using FlashDiffusion.V1;

namespace FlashDiffusion.Cli.Demo;

/// <summary>How strong the demo's damage is, on the scale of what the model's severity encoder was trained on.</summary>
internal static class DamageLevel
{
    public const double Middle = 0.5;

    private const string NoiseParameter = "noise_std";

    /// <summary>
    /// Sets every trained parameter that the user left open to the same place in its range: 0 the mildest, 1 the strongest.
    /// </summary>
    /// <param name="forward">The operator as the user gave it; changed.</param>
    /// <param name="level">0 to 1; null lets the middle apply where the user gave nothing at all.</param>
    /// <param name="model">The model with its encoders.</param>
    public static void Apply(ForwardOperator forward, double? level, Model model)
    {
        var untouched = forward.Parameters.Count == 0 && !forward.HasNoiseStd;
        var encoder = model.SeverityEncoders.FirstOrDefault(candidate => candidate.Operator == forward.Name);
        if (encoder is null)
        {
            if (level is not null)
            {
                throw CliException.Usage(
                    $"--severity: the model {model.Name} was not trained on {forward.Name}, so it has no scale; give --param instead.");
            }

            return;
        }

        if ((level ?? (untouched ? Middle : null)) is not { } chosen)
        {
            return;
        }

        foreach (var range in encoder.TrainedRanges)
        {
            var value = range.Minimum + (chosen * (range.Maximum - range.Minimum));
            if (range.Parameter != NoiseParameter)
            {
                forward.Parameters.TryAdd(range.Parameter, new ParameterValue { Number = value });
            }
            else if (!forward.HasNoiseStd)
            {
                // Trained ranges are for pictures on [0, 1].
                forward.NoiseStd = forward.NoiseRange == NoiseRange.Signed ? 2 * value : value;
            }
        }
    }
}
