using FlashDiffusion.Conformance;
using FlashDiffusion.Models.Operators.Decolorisation;

namespace FlashDiffusion.Models.Operators.Conformance;

public sealed class DecolorisationConformance : OperatorConformance
{
    protected override IForwardOperatorFamily CreateFamily() => new DecolorisationFamily();
}
