using FlashDiffusion.Models.Checkpoints;
using FlashDiffusion.Models.Checkpoints.Torch;
using FlashDiffusion.Models.Networks.KernelWizard;
using FlashDiffusion.Models.Repository;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Operators.NonlinearBlurNetwork;

/// <summary>Loads the published weights of the KernelWizard network, such as GOPRO_wVAE.pth.</summary>
internal static class KernelWizardWeights
{
    /// <summary>The network with the weights of a file, frozen. Device thread only.</summary>
    /// <param name="path">A safetensors file, or a checkpoint of torch in either of its formats.</param>
    /// <param name="device">Where it computes.</param>
    /// <exception cref="CheckpointException">The file can't be read, is no checkpoint, or not of this network.</exception>
    public static KernelWizardNetwork Load(string path, Device device)
    {
        using var scope = NewDisposeScope();
        if (path.EndsWith(".safetensors", StringComparison.OrdinalIgnoreCase))
        {
            using var tensors = SafetensorsFile.Open(path);
            return Fill(tensors, device);
        }

        using var file = TorchFile.Open(path);
        return Fill(file, device);
    }

    private static KernelWizardNetwork Fill(ICheckpoint file, Device device) => NetworkLoading.Fill(
        new KernelWizardNetwork(), file, device, ignore: key => key.StartsWith(KernelWizardNetwork.ExtractorPrefix, StringComparison.Ordinal));
}
