namespace FlashDiffusion.Engine.Hangs;

/// <summary>How messages and metrics name a part of the server whose code is not the engine's own.</summary>
internal static class PartNames
{
    /// <summary>In a sentence: <c>the solver 'psld' 1.0.0</c>.</summary>
    public static string WordsOf(object part) => part switch
    {
        ILatentSolver { Descriptor: var solver } => $"the solver '{solver.Name}' {solver.Version}",
        IForwardOperatorFamily { Descriptor: var family } => $"the operator '{family.Name}'",
        ILatentDiffusionModel model => $"the model '{model.Name}' {model.Version}",
        _ => "a plugin",
    };

    /// <summary>Its kind: <c>solver</c>, <c>operator</c>, <c>model</c> or <c>plugin</c>.</summary>
    public static string KindOf(object part) => part switch
    {
        ILatentSolver => "solver",
        IForwardOperatorFamily => "operator",
        ILatentDiffusionModel => "model",
        _ => "plugin",
    };

    /// <summary>Its name; empty if it has none.</summary>
    public static string NameOf(object part) => part switch
    {
        ILatentSolver { Descriptor: var solver } => solver.Name,
        IForwardOperatorFamily { Descriptor: var family } => family.Name,
        ILatentDiffusionModel model => model.Name,
        _ => "",
    };
}
