using FlashDiffusion.Models.Checkpoints;
using FlashDiffusion.Models.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Repository;

/// <summary>Brings a network's weights from the repository to a device, frozen.</summary>
internal static class NetworkLoading
{
    /// <summary>Fills, freezes, moves and fuses the network; disposes it if that fails.</summary>
    public static T Fill<T>(T network, ModelFolder folder, WeightFile weights, Device device)
        where T : nn.Module
    {
        try
        {
            using var file = folder.Open(weights);
            StrictLoader.Load(network, file);
            NetworkInitialization.Freeze(network);
            network.to(device);
            foreach (var parameter in network.parameters())
            {
                parameter.DetachFromDisposeScope();
            }

            NetworkInitialization.Fuse(network);
            return network;
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }
}
