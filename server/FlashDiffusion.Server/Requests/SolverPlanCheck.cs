using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Sampling;

namespace FlashDiffusion.Server.Requests;

/// <summary>
/// Lets the solver itself look at the sample, planned from the last timestep, so that what it objects to is reported together with
/// everything else. The engine plans again when the start is known.
/// </summary>
internal static class SolverPlanCheck
{
    public static void Check(
        ILatentSolver solver,
        ParameterSet parameters,
        ServedModel model,
        OperatorRequest? forward,
        PictureShape picture,
        SamplingSpec sampling,
        Compatibility compatibility,
        RequestProblems problems)
    {
        var schedule = model.Model.Schedule;
        var working = model.WorkingShape(picture);
        var plan = Plans.Of(solver, new SampleSpec
        {
            Schedule = schedule,
            Latent = model.Model.LatentShapeOf(working),
            Picture = working,
            Sampling = sampling,
            StartIndex = (sampling.Kind == SamplerKind.Ddpm ? schedule.Timesteps : ReverseTrajectory.Grid(schedule, sampling, compatibility).Timesteps.Length) - 1,
            Parameters = parameters,
            Operator = forward?.Spec,
            OperatorPlan = forward is null ? null : Plans.Of(forward, picture),
            OperatorIsLinear = forward?.Family.Descriptor.IsLinear ?? true,
            NoiseStd = forward?.NoiseStd ?? 0,
            Compatibility = compatibility,
        });
        foreach (var violation in plan.Violations)
        {
            var field = violation.Field.StartsWith("parameters", StringComparison.Ordinal) ? $"solver.{violation.Field}" : violation.Field;
            if (problems.Violations.All(known => known.Field != field))
            {
                problems.Add(field, violation.Description);
            }
        }
    }
}
