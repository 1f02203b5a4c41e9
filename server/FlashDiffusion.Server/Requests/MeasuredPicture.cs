using System.Collections.Immutable;
using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Engine.Requests;

namespace FlashDiffusion.Server.Requests;

/// <summary>From which picture a measurement comes: the inverse of an operator's shape rule.</summary>
internal static class MeasuredPicture
{
    /// <summary>Largest factor by which an operator may shrink pictures.</summary>
    private const int LargestReduction = 16;

    /// <summary>
    /// Shape of the picture whose measurement has the given shape: the stated one, else the measurement's own, or a whole multiple of
    /// it (super-resolution). Null if none fits; then <paramref name="problems"/> says why.
    /// </summary>
    /// <param name="forward">The operator.</param>
    /// <param name="measurement">Shape of the measurement.</param>
    /// <param name="stated">The size that the request states; null if none.</param>
    /// <param name="problems">Receives what is wrong.</param>
    public static PictureShape? ShapeOf(OperatorRequest forward, ImmutableArray<long> measurement, PictureShape? stated, RequestProblems problems)
    {
        if (stated is { } picture)
        {
            return Fits(forward, measurement, picture, problems) ? picture : null;
        }

        if (forward.Family.Descriptor.NeedsPictureSize)
        {
            problems.Add("operator.picture_size", $"A measurement of '{forward.Spec.Name}' does not tell the size of its picture: say it.");
            return null;
        }

        return Search(forward, measurement, problems);
    }

    private static bool Fits(OperatorRequest forward, ImmutableArray<long> measurement, PictureShape picture, RequestProblems problems)
    {
        var plan = Plans.Of(forward, picture);
        if (!plan.Violations.IsEmpty)
        {
            Report(plan, problems);
            return false;
        }

        if (plan.MeasurementShape.SequenceEqual(measurement))
        {
            return true;
        }

        problems.Add("measurement", $"A picture of {picture} gives a measurement of the shape ({string.Join(", ", plan.MeasurementShape)}) under '{forward.Spec.Name}' with these parameters, but this one has ({string.Join(", ", measurement)}).");
        return false;
    }

    private static PictureShape? Search(OperatorRequest forward, ImmutableArray<long> measurement, RequestProblems problems)
    {
        OperatorPlan? own = null;
        if (measurement is [_, var height, var width])
        {
            for (var factor = 1; factor <= LargestReduction; factor++)
            {
                var picture = new PictureShape((int)height * factor, (int)width * factor);
                var plan = Plans.Of(forward, picture);
                own ??= plan;
                if (plan.Violations.IsEmpty && plan.MeasurementShape.SequenceEqual(measurement))
                {
                    return picture;
                }
            }
        }

        Report(own, problems);
        if (own is null || own.Violations.IsEmpty)
        {
            problems.Add("measurement", $"No picture gives a measurement of the shape ({string.Join(", ", measurement)}) under '{forward.Spec.Name}' with these parameters.");
        }

        return null;
    }

    private static void Report(OperatorPlan? plan, RequestProblems problems)
    {
        foreach (var violation in plan?.Violations ?? [])
        {
            problems.Add($"operator.{violation.Field}", violation.Description);
        }
    }
}
