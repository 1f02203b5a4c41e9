using FlashDiffusion.Conformance;
using FlashDiffusion.Models.Operators.PhaseRetrieval;

namespace FlashDiffusion.Models.Operators.Conformance;

public sealed class PhaseRetrievalConformance : OperatorConformance
{
    protected override IForwardOperatorFamily CreateFamily() => new PhaseRetrievalFamily();
}
