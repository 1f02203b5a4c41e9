using FlashDiffusion.Sampling;
using Xunit;

namespace FlashDiffusion.Conformance;

/// <summary>What a budget that shortens a trajectory may rely on.</summary>
internal static class Shortening
{
    /// <summary>Fewer denoiser calls than the whole, no more with each point less; with half of the points or fewer, fewer network calls altogether.</summary>
    /// <remarks>Not so of all network calls with each point less: which moves fall into a stage that is guided depends on where the points lie.</remarks>
    /// <param name="solver">The solver.</param>
    /// <param name="whole">A sample that no budget shortened.</param>
    /// <param name="name">Its name in messages.</param>
    public static void Check(ILatentSolver solver, SampleSpec whole, string name)
    {
        var full = solver.Plan(whole).Cost;
        var most = full.UNetForward - 1;
        for (var points = whole.StartIndex; points > 0 && full.UNetForward > 1; points--)
        {
            var plan = solver.Plan(Of(whole, points));
            var what = $"{name} over {points} points instead of {whole.StartIndex + 1}";
            Assert.True(plan.Violations.IsEmpty, $"Plan refuses {what}: {string.Join(" ", plan.Violations.Select(violation => violation.Description))}");
            Assert.True(
                plan.Cost.UNetForward <= most,
                $"{what} takes {plan.Cost.UNetForward} denoiser calls, more than {most}: follow ReverseTrajectory.Of, and shorten what else is repeated by SampleSpec.ShareOf.");
            Assert.True(2 * points > whole.StartIndex + 1 || Costs.Total(plan.Cost) < Costs.Total(full), $"{what} costs {plan.Cost}, no less than the whole, {full}.");
            most = plan.Cost.UNetForward;
        }
    }

    /// <summary>A sample as a budget leaves it: from the same start, over fewer points.</summary>
    public static SampleSpec Of(SampleSpec whole, int points)
    {
        var start = ReverseTrajectory.Of(whole)[0].Timestep;
        return whole with
        {
            Sampling = new SamplingSpec(SamplerKind.Ddim, points, whole.Sampling.DdimEta),
            StartIndex = points - 1,
            Trajectory = [.. Enumerable.Range(0, points).Select(i => points == 1 ? start : i * start / (points - 1))],
            TrajectoryShare = points / (whole.StartIndex + 1.0),
        };
    }
}
