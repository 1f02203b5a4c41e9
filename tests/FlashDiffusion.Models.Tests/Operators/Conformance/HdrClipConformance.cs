using FlashDiffusion.Conformance;
using FlashDiffusion.Models.Operators.Clipping;

namespace FlashDiffusion.Models.Operators.Conformance;

public sealed class HdrClipConformance : OperatorConformance
{
    protected override IForwardOperatorFamily CreateFamily() => new HdrClipFamily();
}
