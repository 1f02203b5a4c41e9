using FlashDiffusion.Conformance;
using FlashDiffusion.Models.Operators.SuperResolution;

namespace FlashDiffusion.Models.Operators.Conformance;

public sealed class SuperResolutionConformance : OperatorConformance
{
    protected override IForwardOperatorFamily CreateFamily() => new SuperResolutionFamily();
}
