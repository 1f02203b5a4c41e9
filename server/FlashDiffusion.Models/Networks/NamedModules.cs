using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>Registers children under given names. It only names them: their owner holds and runs them.</summary>
internal sealed class NamedModules : NetworkModule
{
    public NamedModules(params IReadOnlyList<(string Name, nn.Module Module)> children)
        : base(nameof(NamedModules))
    {
        foreach (var (name, module) in children)
        {
            register_module(name, module);
        }
    }
}
