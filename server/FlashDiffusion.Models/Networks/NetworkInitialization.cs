using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>Start values for training from scratch; freezing and fusing for inference.</summary>
internal static class NetworkInitialization
{
    /// <summary>Fills every parameter below <paramref name="network"/> from one seed; the order is that of the published state dictionary.</summary>
    public static void Initialize(nn.Module network, ulong seed)
    {
        using var generator = new Generator(seed);
        foreach (var layer in network.modules().Prepend(network).OfType<IInitializable>())
        {
            layer.Initialize(generator);
        }
    }

    /// <summary>Takes the parameters out of differentiation and turns dropout off; gradients with respect to inputs stay available.</summary>
    public static void Freeze(nn.Module network)
    {
        network.eval();
        foreach (var parameter in network.parameters())
        {
            parameter.requires_grad_(false);
        }
    }

    /// <summary>
    /// Rearranges a frozen network's layers into equal ones that cost less. The last thing done to a network: weights that are
    /// loaded or moved afterwards would not be seen.
    /// </summary>
    public static void Fuse(nn.Module network)
    {
        foreach (var layer in network.modules().OfType<IFusable>())
        {
            layer.Fuse();
        }
    }
}
