using FlashDiffusion.Engine.Operators;
using FlashDiffusion.Engine.Samples;

namespace FlashDiffusion.Engine.Hangs;

/// <summary>
/// The border that a device thread crosses into a solver's code and back. While it is beyond, it touches nothing that it shares with
/// others, so that another thread may take its place; whoever of the two comes first, thread or watchdog, decides.
/// </summary>
/// <param name="time">Clock.</param>
internal sealed class StepGuard(TimeProvider time)
{
    private GuardedStep? _running;

    /// <summary>Crosses the border.</summary>
    /// <param name="solver">Whose code it is; null for the engine's own.</param>
    /// <param name="samples">Whose step it is.</param>
    /// <param name="bound">Their operator.</param>
    public GuardedStep Enter(ILatentSolver? solver, IReadOnlyList<Sample> samples, BoundOperator bound)
    {
        var step = new GuardedStep(solver, samples, bound, time.GetTimestamp());
        Volatile.Write(ref _running, step);
        return step;
    }

    /// <summary>Comes back; with an exception too.</summary>
    /// <exception cref="StepAbandonedException">Too late: another thread has taken this one's place.</exception>
    public void Leave(GuardedStep step)
    {
        if (Interlocked.CompareExchange(ref _running, null, step) != step)
        {
            throw new StepAbandonedException(step);
        }
    }

    /// <summary>Gives up the thread that is beyond the border, if it has been for longer than a limit. Any thread.</summary>
    /// <returns>The step that it takes; null if there is none that takes so long, or it came back in time.</returns>
    public GuardedStep? TryAbandon(TimeSpan limit)
    {
        if (Volatile.Read(ref _running) is not { } step
            || time.GetElapsedTime(step.Began) < limit
            || Interlocked.CompareExchange(ref _running, null, step) != step)
        {
            return null;
        }

        step.Abandon();
        return step;
    }
}
