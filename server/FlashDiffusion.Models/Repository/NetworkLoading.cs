using FlashDiffusion.Models.Checkpoints;
using FlashDiffusion.Models.Networks;
using TorchSharp;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Repository;

/// <summary>Brings a network's weights from the repository to a device, frozen.</summary>
internal static class NetworkLoading
{
    /// <summary>Bytes of a network's parameters and buffers.</summary>
    public static long BytesOf(nn.Module network) =>
        network.parameters().Concat(network.buffers()).Sum(weights => weights.numel() * weights.dtype.ElementSize());

    /// <summary>Fills, freezes, moves and fuses the network; disposes it if that fails.</summary>
    public static T Fill<T>(T network, ModelFolder folder, WeightFile weights, Device device)
        where T : nn.Module
    {
        try
        {
            using var file = folder.Open(weights);
            return Fill(network, file, device);
        }
        catch
        {
            network.Dispose();
            throw;
        }
    }

    /// <summary>Fills, freezes, moves and fuses the network; disposes it if that fails.</summary>
    /// <param name="network">Network to fill.</param>
    /// <param name="checkpoint">Weights.</param>
    /// <param name="device">Where the network will run.</param>
    /// <param name="rename">From the network's key to the checkpoint's; null for equal names.</param>
    /// <param name="ignore">Keys of the checkpoint that need not belong to the network; null for none.</param>
    public static T Fill<T>(T network, ICheckpoint checkpoint, Device device, Func<string, string>? rename = null, Func<string, bool>? ignore = null)
        where T : nn.Module
    {
        try
        {
            StrictLoader.Load(network, checkpoint, rename, ignore);
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
