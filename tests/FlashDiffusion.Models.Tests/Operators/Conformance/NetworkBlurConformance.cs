using FlashDiffusion.Conformance;
using FlashDiffusion.Models.Networks.KernelWizard;
using FlashDiffusion.Models.Operators.Golden;
using FlashDiffusion.Models.Operators.NonlinearBlurNetwork;

namespace FlashDiffusion.Models.Operators.Conformance;

/// <summary>With formula weights: the published ones are not to be had.</summary>
public sealed class NetworkBlurConformance : OperatorConformance, IDisposable
{
    private readonly KernelWizardNetwork _network = KernelWizards.WithFormulaWeights();

    // Two strengths: a call of the network takes long.
    protected override IReadOnlyList<OperatorSpec> Specifications => [.. base.Specifications.Where((_, i) => i is 0 or 2)];

    // 48 places wide so that the reflection to the network's multiple is tried too.
    protected override PictureShape Picture => new(32, 48);

    public void Dispose() => _network.Dispose();

    protected override IForwardOperatorFamily CreateFamily() => new NetworkBlurFamily(_ => _network);
}
