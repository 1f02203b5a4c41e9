using FlashDiffusion.Conformance;
using FlashDiffusion.Models.Operators.Denoising;

namespace FlashDiffusion.Models.Operators.Conformance;

public sealed class DenoisingConformance : OperatorConformance
{
    protected override IForwardOperatorFamily CreateFamily() => new DenoisingFamily();
}
