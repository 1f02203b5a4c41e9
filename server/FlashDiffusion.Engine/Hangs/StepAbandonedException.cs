namespace FlashDiffusion.Engine.Hangs;

/// <summary>The step took so long that its thread was given up: nothing that it shared with others may be touched on the way out.</summary>
/// <param name="step">The step.</param>
internal sealed class StepAbandonedException(GuardedStep step) : Exception("The step took too long and was given up.")
{
    /// <summary>The step.</summary>
    public GuardedStep Step { get; } = step;
}
