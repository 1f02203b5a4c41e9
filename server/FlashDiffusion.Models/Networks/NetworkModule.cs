using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>A part of a network whose children carry exactly the names under which it registers them.</summary>
internal abstract class NetworkModule : nn.Module
{
    private protected NetworkModule(string name)
        : base(name)
    {
    }

    /// <summary>Does nothing: TorchSharp would register every field a second time, under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }
}
