using System.Collections.Immutable;
using FlashDiffusion.Engine.Budgets;
using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Telemetry;
using Microsoft.Extensions.Logging;

namespace FlashDiffusion.Engine.Devices;

/// <summary>
/// Shortens a sample under way whose deadline would pass before it is done, since its device has become slower than it was when that was promised. Device loop only.
/// </summary>
/// <param name="scheduler">Where it waits.</param>
/// <param name="budgets">Fits it into what is left.</param>
/// <param name="ends">How sessions end.</param>
/// <param name="guard">Where solvers are entered and left.</param>
/// <param name="telemetry">Where measurements go.</param>
/// <param name="logger">Log.</param>
internal sealed class Shortening(LaneScheduler scheduler, BudgetPlanner budgets, SessionEnds ends, CallGuard guard, FlashDiffusionTelemetry telemetry, ILogger logger)
{
    /// <summary>Steps that a sample takes from one attempt to the next: what was measured since must say something new.</summary>
    private const int Pause = 8;

    /// <summary>Shortens one of those that are behind; the others may be in time then.</summary>
    /// <param name="behind">Their numbers.</param>
    public void Shorten(ImmutableArray<long> behind)
    {
        if (!behind.IsEmpty && scheduler.Work.OfType<Sample>().FirstOrDefault(sample => behind.Contains(sample.Id) && IsDue(sample)) is { } sample)
        {
            Shorten(sample);
        }
    }

    private static bool IsDue(Sample sample) => RestOfCut.MayShorten(sample) && !(sample.StepIndex - sample.ShortenedAt < Pause);

    private void Shorten(Sample sample)
    {
        // While the solver is asked it is nowhere else: if that hangs, it is lost alone.
        scheduler.Remove(sample, sample.Lane);
        var stake = new LoneSampleStake(sample);
        var announced = sample.Announced ?? sample.Steps.Length;
        sample.ShortenedAt = sample.StepIndex;
        try
        {
            if (budgets.Shorten(sample, [.. scheduler.Work.OfType<Sample>()], spec => Plans.Ask(guard, sample.Session.Request.Solver, spec, stake)))
            {
                if (sample.Announced is null)
                {
                    sample.Announced = announced;
                    telemetry.RecordShortened(sample.Session.Request.Solver.Descriptor.Name);
                }

                sample.Session.Request.Planned?.Invoke(sample.Steps.Length);
                using var traced = LogContext.Of(sample.Session.Request.Parent);
                Log.Shortened(logger, sample.Id, announced, sample.Steps.Length, sample.StepIndex);
            }
        }
        catch (Exception exception) when (exception is not CallAbandonedException)
        {
            ends.Fail(sample.Session, TorchErrors.FailureOf(exception, "planning", sample.StepIndex), sample);
            return;
        }

        scheduler.Add(sample);
    }
}
