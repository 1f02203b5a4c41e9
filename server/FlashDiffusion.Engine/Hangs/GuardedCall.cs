namespace FlashDiffusion.Engine.Hangs;

/// <summary>A call of code that is not the engine's own, which a device thread is in at this moment, or was in for too long.</summary>
/// <param name="Part">Whose code it is: a solver, an operator family or a model.</param>
/// <param name="Work">What it does, for a message: <c>A step</c>.</param>
/// <param name="Stake">What is lost with it.</param>
/// <param name="Began">Timestamp of its begin.</param>
internal sealed record GuardedCall(object Part, string Work, IStake Stake, long Began)
{
    private volatile bool _abandoned;
    private volatile NestedCall? _nested;

    /// <summary>The call of another part's code that it is in; null if it is in its own.</summary>
    public NestedCall? Nested
    {
        get => _nested;
        set => _nested = value;
    }

    /// <summary>Ends a call that nobody waits for, where it next comes by.</summary>
    /// <exception cref="CallAbandonedException">Nobody waits for it.</exception>
    public void ThrowIfAbandoned()
    {
        if (_abandoned)
        {
            throw new CallAbandonedException(this);
        }
    }

    /// <summary>Says that nobody waits for it any more.</summary>
    public void Abandon() => _abandoned = true;
}
