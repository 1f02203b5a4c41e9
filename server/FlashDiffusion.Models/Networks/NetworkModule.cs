using TorchSharp.Modules;
using static TorchSharp.torch;

namespace FlashDiffusion.Models.Networks;

/// <summary>A part of a network whose children carry exactly the names under which it registers them.</summary>
internal abstract class NetworkModule : nn.Module
{
    private protected NetworkModule(string name)
        : base(name)
    {
    }

    /// <summary>Registers a parameter and takes it out of any dispose scope: it lives as long as the module, wherever that was made.</summary>
    private protected void Own(string name, Parameter parameter)
    {
        parameter.DetachFromDisposeScope();
        register_parameter(name, parameter);
    }

    /// <summary>Does nothing: TorchSharp would register every field a second time, under the field's name.</summary>
    protected override void RegisterComponents()
    {
    }
}
