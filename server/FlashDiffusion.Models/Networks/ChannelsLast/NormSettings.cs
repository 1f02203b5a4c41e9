using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>What <see cref="NormActivation"/> needs beside the map.</summary>
/// <param name="Gamma">Frozen factors (C).</param>
/// <param name="Beta">Frozen offsets (C).</param>
/// <param name="Groups">Number of groups; it divides C.</param>
/// <param name="Epsilon">Added to the variance.</param>
/// <param name="Activate">Whether SiLU follows.</param>
internal sealed record NormSettings(Tensor Gamma, Tensor Beta, int Groups, double Epsilon, bool Activate);
