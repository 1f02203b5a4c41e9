using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>What <see cref="NormActivation"/> needs beside the map.</summary>
/// <param name="Gamma">Frozen factors (C).</param>
/// <param name="Beta">Frozen offsets (C).</param>
/// <param name="Groups">Number of groups; it divides C.</param>
/// <param name="Epsilon">Added to the variance.</param>
/// <param name="Activate">Whether SiLU follows.</param>
internal sealed record NormSettings(Tensor Gamma, Tensor Beta, int Groups, double Epsilon, bool Activate)
{
    /// <summary>The normalisation of a map, without the map's addresses.</summary>
    /// <param name="batch">Rows.</param>
    /// <param name="pixels">Pixels of a row.</param>
    public unsafe NormWork Work(int batch, int pixels)
    {
        var work = new NormWork
        {
            Gamma = TensorAddress.Of(Gamma),
            Beta = TensorAddress.Of(Beta),
            Groups = Groups,
            Epsilon = Epsilon,
            Batch = batch,
            Pixels = pixels,
            Channels = (int)Gamma.shape[0],
            Activate = Activate,
        };
        work.Cut();
        return work;
    }
}
