namespace FlashDiffusion.Server.Plugins;

/// <summary>
/// A solver or an operator of a plugin, under the descriptor that it gave when it was loaded. It is asked for that once, where its thread can be
/// given up: a getter is foreign code, and everybody reads descriptors, those who watch over hanging calls included.
/// </summary>
internal interface IPluginPart
{
    /// <summary>What the plugin's code made.</summary>
    object Made { get; }

    /// <summary>The code that computes: of a plugin's part what the plugin made, else the part itself.</summary>
    /// <param name="part">A solver or an operator family.</param>
    public static object CodeOf(object part) => part is IPluginPart plugin ? plugin.Made : part;
}
