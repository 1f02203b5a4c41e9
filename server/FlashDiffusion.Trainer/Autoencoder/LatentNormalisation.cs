using FlashDiffusion.Models.Networks;
using static TorchSharp.torch;

namespace FlashDiffusion.Trainer.Autoencoder;

/// <summary>
/// Folds the mean and deviation of each latent channel into the 1x1 convolutions on both sides of the latent: the same
/// pictures come out, and latents have zero mean and unit variance, as the diffusion process assumes.
/// </summary>
internal static class LatentNormalisation
{
    /// <summary>An equal network with a normalised latent. Log variances shift with the channel's factor, so samples agree, too.</summary>
    /// <param name="network">The trained autoencoder; it is left as it is.</param>
    /// <param name="pictures">Pictures whose latents are measured, (N, 3, H, W) in [-1,1].</param>
    /// <returns>A new network; the caller disposes it.</returns>
    public static AutoencoderKl Folded(AutoencoderKl network, Tensor pictures)
    {
        // Made before the scope, which would dispose the parameters with everything else.
        var folded = new AutoencoderKl(network.Config);
        using var scope = NewDisposeScope();
        using var guard = no_grad();
        var channels = network.LatentChannels;
        var latents = network.EncodeMode(pictures).transpose(0, 1).reshape(channels, -1);
        var mean = latents.mean([1]);
        var deviation = latents.std(1);

        var target = folded.named_parameters().ToDictionary(named => named.name, named => named.parameter);
        foreach (var (name, parameter) in network.named_parameters())
        {
            target[name].copy_(parameter);
        }

        // quant_conv: means become (mean - m) / s, log variances lose 2 log s. post_quant_conv undoes it: z s + m.
        var weight = target["quant_conv.weight"].narrow(0, 0, channels);
        var bias = target["quant_conv.bias"];
        weight.div_(deviation.view(-1, 1, 1, 1));
        bias.narrow(0, 0, channels).sub_(mean).div_(deviation);
        bias.narrow(0, channels, channels).sub_(2 * deviation.log());
        var back = target["post_quant_conv.weight"];
        target["post_quant_conv.bias"].add_(back.view(back.shape[0], channels).mv(mean));
        back.mul_(deviation.view(1, -1, 1, 1));
        return folded;
    }
}
