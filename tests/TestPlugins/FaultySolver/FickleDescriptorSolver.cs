namespace FlashDiffusion.TestPlugins;

/// <summary>Says once what it is.</summary>
public sealed class FickleDescriptorSolver : UselessSolver
{
    private bool _asked;

    /// <summary>Throws when it is asked again.</summary>
    /// <exception cref="InvalidOperationException">It was asked before.</exception>
    public override SolverDescriptor Descriptor
    {
        get
        {
            if (_asked)
            {
                throw new InvalidOperationException("This solver fails on purpose.");
            }

            _asked = true;
            return base.Descriptor;
        }
    }
}
