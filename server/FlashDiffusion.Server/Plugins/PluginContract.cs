namespace FlashDiffusion.Server.Plugins;

/// <summary>What plugins of one kind must be.</summary>
/// <param name="Kind">The kind's name in the manifest.</param>
/// <param name="Type">The interface that the entry type implements.</param>
/// <param name="Describe">Asks an instance for its descriptor, and keeps the two together.</param>
/// <param name="Violation">The first rule that the descriptor of such a part breaks; null if none.</param>
/// <param name="NameOf">Name in the catalog of a part whose descriptor breaks none.</param>
internal sealed record PluginContract(string Kind, Type Type, Func<object, IPluginPart> Describe, Func<IPluginPart, string?> Violation, Func<IPluginPart, string> NameOf)
{
    public static PluginContract Solver { get; } = new(
        "solver",
        typeof(ILatentSolver),
        made => new PluginSolver((ILatentSolver)made),
        part => DescriptorRules.Violation(((ILatentSolver)part).Descriptor),
        part => ((ILatentSolver)part).Descriptor.Name);

    public static PluginContract Operator { get; } = new(
        "operator",
        typeof(IForwardOperatorFamily),
        made => new PluginFamily((IForwardOperatorFamily)made),
        part => DescriptorRules.Violation(((IForwardOperatorFamily)part).Descriptor),
        part => ((IForwardOperatorFamily)part).Descriptor.Name);

    /// <summary>Names of all kinds, for people.</summary>
    public static string Kinds => $"{Solver.Kind} and {Operator.Kind}";

    /// <summary>The contract of a kind; null if there is none.</summary>
    public static PluginContract? Find(string kind) => kind == Solver.Kind ? Solver : kind == Operator.Kind ? Operator : null;
}
