using FlashDiffusion.Conformance;
using FlashDiffusion.Models.Operators.CompressedSensing;

namespace FlashDiffusion.Models.Operators.Conformance;

public sealed class CompressedSensingConformance : OperatorConformance
{
    protected override IForwardOperatorFamily CreateFamily() => new CompressedSensingFamily();
}
