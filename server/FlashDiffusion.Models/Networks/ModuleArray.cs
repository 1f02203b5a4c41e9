using System.Globalization;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>Registers children under their indices. It only names them: their owner holds and runs them.</summary>
internal sealed class ModuleArray : NetworkModule
{
    public ModuleArray(params IReadOnlyList<nn.Module> children)
        : base(nameof(ModuleArray))
    {
        for (var i = 0; i < children.Count; i++)
        {
            register_module(i.ToString(CultureInfo.InvariantCulture), children[i]);
        }
    }
}
