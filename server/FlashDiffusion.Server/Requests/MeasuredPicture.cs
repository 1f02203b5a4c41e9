using FlashDiffusion.Engine.Requests;

namespace FlashDiffusion.Server.Requests;

/// <summary>From which picture a measurement comes: the inverse of an operator's shape rule.</summary>
internal static class MeasuredPicture
{
    /// <summary>Largest factor by which an operator may shrink pictures.</summary>
    private const int LargestReduction = 16;

    /// <summary>
    /// Shape of the picture whose measurement has the given shape: the measurement's own, or a whole multiple of it (super-resolution).
    /// Null if none fits; then <paramref name="problems"/> says why.
    /// </summary>
    public static PictureShape? ShapeOf(OperatorRequest forward, PictureShape measurement, RequestProblems problems)
    {
        OperatorPlan? own = null;
        for (var factor = 1; factor <= LargestReduction; factor++)
        {
            var picture = new PictureShape(measurement.Height * factor, measurement.Width * factor);
            var plan = forward.Family.Plan(forward.Spec, picture);
            own ??= plan;
            if (plan.Violations.IsEmpty && plan.MeasurementShape.AsSpan().SequenceEqual([3, measurement.Height, measurement.Width]))
            {
                return picture;
            }
        }

        foreach (var violation in own!.Violations)
        {
            problems.Add($"operator.{violation.Field}", violation.Description);
        }

        if (own.Violations.IsEmpty)
        {
            problems.Add("measurement", $"No picture gives a measurement of {measurement} under '{forward.Spec.Name}' with these parameters.");
        }

        return null;
    }
}
