namespace FlashDiffusion.TestPlugins;

/// <summary>Can't be disposed of in time.</summary>
public sealed class HaltingDisposeSolver : UselessSolver
{
    /// <summary>Waits at the gate.</summary>
    public override void Dispose()
    {
        Gate.Wait();
        base.Dispose();
    }
}
