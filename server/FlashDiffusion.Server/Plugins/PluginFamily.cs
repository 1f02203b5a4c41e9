using TorchSharp;

namespace FlashDiffusion.Server.Plugins;

/// <summary>A plugin's operator family. Making it asks for the descriptor.</summary>
/// <param name="family">What the plugin made.</param>
internal sealed class PluginFamily(IForwardOperatorFamily family) : IForwardOperatorFamily, IPluginPart
{
    /// <inheritdoc/>
    public OperatorDescriptor Descriptor { get; } = family.Descriptor;

    /// <inheritdoc/>
    public object Made => family;

    /// <inheritdoc/>
    public OperatorPlan Plan(OperatorSpec spec, PictureShape picture) => family.Plan(spec, picture);

    /// <inheritdoc/>
    public IForwardOperator Bind(IReadOnlyList<OperatorSpec> rows, PictureShape picture, torch.Device device) => family.Bind(rows, picture, device);
}
