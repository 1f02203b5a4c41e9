using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>A layer that can fill its own parameters for training from scratch.</summary>
internal interface IInitializable
{
    void Initialize(Generator generator);
}
