using FlashDiffusion.Conformance;
using FlashDiffusion.Models.Operators.Kernels;

namespace FlashDiffusion.Models.Operators.Conformance;

public sealed class MotionBlurConformance : OperatorConformance
{
    protected override IForwardOperatorFamily CreateFamily() => new MotionBlurFamily();
}
