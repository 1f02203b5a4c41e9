using FlashDiffusion.Conformance;
using FlashDiffusion.Models.Operators.Inpainting;

namespace FlashDiffusion.Models.Operators.Conformance;

public sealed class InpaintingConformance : OperatorConformance
{
    protected override PictureShape Picture => new(40, 32);

    protected override IReadOnlyList<OperatorSpec> Specifications => [OperatorBatches.Random(0.2, 1), OperatorBatches.Random(0.8, 2), OperatorBatches.Box(16, 10, -1, -1), OperatorBatches.Box(0, 0, 0, 3), OperatorBatches.User()];

    protected override IForwardOperatorFamily CreateFamily() => new InpaintingFamily();
}
