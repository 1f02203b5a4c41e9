using FlashDiffusion.Models.Networks;
using FlashDiffusion.Models.Networks.KernelWizard;
using FlashDiffusion.Testing;

namespace FlashDiffusion.Models.Operators.Golden;

/// <summary>KernelWizard networks without the published weights, which are not to be had.</summary>
internal static class KernelWizards
{
    private const double SmallGain = 0.1;

    /// <summary>Formula weights; the ends of residual branches are small, as golden/README.md says.</summary>
    public static KernelWizardNetwork WithFormulaWeights()
    {
        var network = new KernelWizardNetwork();
        foreach (var (key, target) in network.state_dict())
        {
            var small = key.EndsWith("conv2.weight", StringComparison.Ordinal) || key.EndsWith("recon_trunk.28.weight", StringComparison.Ordinal);
            FormulaWeights.Fill(target, key, gain: small ? SmallGain : 1);
        }

        NetworkInitialization.Freeze(network);
        return network;
    }
}
