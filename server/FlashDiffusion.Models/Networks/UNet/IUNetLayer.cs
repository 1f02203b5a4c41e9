using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>One layer of a UNet block; layers that need neither embedding nor context ignore them.</summary>
internal interface IUNetLayer
{
    /// <param name="x">Features (B, C, h, w).</param>
    /// <param name="activatedEmbedding">SiLU of the timestep embedding (B, 4 x model channels), computed once for all blocks.</param>
    /// <param name="context">Conditioning tokens (B, tokens, context dim), or null.</param>
    Tensor Forward(Tensor x, Tensor activatedEmbedding, Tensor? context);
}
