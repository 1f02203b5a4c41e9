namespace FlashDiffusion;

/// <summary>The forward operator of one sample: which family, with which checked parameters.</summary>
/// <param name="Name">Name of the family.</param>
/// <param name="Parameters">Checked parameters.</param>
public sealed record OperatorSpec(string Name, ParameterSet Parameters)
{
    /// <summary>Seed of whatever is random in the operator itself, such as a mask or the path of a motion.</summary>
    public ulong Seed { get; init; }

    /// <summary>A mask of the caller's own, where the family takes one.</summary>
    public OperatorMask? Mask { get; init; }

    /// <summary>A kernel of the caller's own, where the family takes one.</summary>
    public OperatorKernel? Kernel { get; init; }

    /// <summary>Right formulas, or the research code's.</summary>
    public Compatibility Compatibility { get; init; }
}
