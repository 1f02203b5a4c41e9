namespace FlashDiffusion.Conformance.Tests.Operators;

/// <summary>The suite on a family of a test's choice. Internal, so that the runner does not take it for a test class.</summary>
/// <param name="create">Makes the family.</param>
internal sealed class FaultySuite(Func<IForwardOperatorFamily> create) : OperatorConformance
{
    protected override IForwardOperatorFamily CreateFamily() => create();
}
