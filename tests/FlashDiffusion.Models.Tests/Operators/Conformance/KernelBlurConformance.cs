using FlashDiffusion.Conformance;
using FlashDiffusion.Models.Operators.Kernels;

namespace FlashDiffusion.Models.Operators.Conformance;

public sealed class KernelBlurConformance : OperatorConformance
{
    protected override PictureShape Picture => new(40, 32);

    protected override IReadOnlyList<OperatorSpec> Specifications => [OperatorBatches.Kernel(7, 5, 1), OperatorBatches.Kernel(7, 5, 2), OperatorBatches.Kernel(6, 4, 3)];

    protected override IForwardOperatorFamily CreateFamily() => new KernelBlurFamily();
}
