namespace FlashDiffusion.Engine.Hangs;

/// <summary>The call took so long that its thread was given up: nothing that it shared with others may be touched on the way out.</summary>
/// <param name="call">The call.</param>
internal sealed class CallAbandonedException(GuardedCall call) : Exception("The call took too long and was given up.")
{
    /// <summary>The call.</summary>
    public GuardedCall Call { get; } = call;
}
