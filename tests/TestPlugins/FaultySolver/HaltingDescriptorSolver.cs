namespace FlashDiffusion.TestPlugins;

/// <summary>Can't say in time what it is.</summary>
public sealed class HaltingDescriptorSolver : UselessSolver
{
    /// <summary>Waits at the gate.</summary>
    public override SolverDescriptor Descriptor
    {
        get
        {
            Gate.Wait();
            return base.Descriptor;
        }
    }
}
