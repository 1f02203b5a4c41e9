using FlashDiffusion.Conformance;
using FlashDiffusion.Models.Operators.NonlinearBlur;

namespace FlashDiffusion.Models.Operators.Conformance;

public sealed class NonlinearBlurConformance : OperatorConformance
{
    protected override IForwardOperatorFamily CreateFamily() => new NonlinearBlurFamily();
}
