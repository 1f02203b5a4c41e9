using FlashDiffusion.Conformance;
using FlashDiffusion.Models.Operators.Blur;

namespace FlashDiffusion.Models.Operators.Conformance;

public sealed class GaussianBlurConformance : OperatorConformance
{
    protected override IForwardOperatorFamily CreateFamily() => new GaussianBlurFamily();
}
