namespace FlashDiffusion.TestPlugins;

/// <summary>Can't be made in time.</summary>
public sealed class HaltingConstructorSolver : UselessSolver
{
    /// <summary>Waits at the gate.</summary>
    public HaltingConstructorSolver() => Gate.Wait();
}
