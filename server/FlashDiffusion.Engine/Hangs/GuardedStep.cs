using FlashDiffusion.Engine.Operators;
using FlashDiffusion.Engine.Samples;

namespace FlashDiffusion.Engine.Hangs;

/// <summary>A step that a solver takes at this moment, or took too long for.</summary>
/// <param name="Solver">The solver; null if it is the engine's own inversion.</param>
/// <param name="Samples">Whose step it is.</param>
/// <param name="Bound">Their operator, which the step uses.</param>
/// <param name="Began">Timestamp of its begin.</param>
internal sealed record GuardedStep(ILatentSolver? Solver, IReadOnlyList<Sample> Samples, BoundOperator Bound, long Began)
{
    private volatile bool _abandoned;

    /// <summary>Whether nobody waits for it any more.</summary>
    public bool IsAbandoned => _abandoned;

    /// <summary>Ends a step that nobody waits for, where it next comes by.</summary>
    /// <exception cref="StepAbandonedException">Nobody waits for it.</exception>
    public void ThrowIfAbandoned()
    {
        if (_abandoned)
        {
            throw new StepAbandonedException(this);
        }
    }

    /// <summary>Says that nobody waits for it any more.</summary>
    public void Abandon() => _abandoned = true;

    /// <summary>
    /// Frees what nobody but the thread that took the step might touch. On that thread, should it ever come back, or on none.
    /// </summary>
    public void Bury()
    {
        foreach (var sample in Samples)
        {
            sample.Dispose();
            sample.Session.Lease?.Dispose();
        }

        Bound.Dispose();
    }
}
