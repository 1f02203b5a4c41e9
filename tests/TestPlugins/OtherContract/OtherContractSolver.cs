using System.Runtime.CompilerServices;

namespace FlashDiffusion.TestPlugins;

/// <summary>Built for a contract that this server does not speak; its module initialiser tells when its code runs all the same.</summary>
public sealed class OtherContractSolver : ILatentSolver
{
    /// <summary>Name of the switch that is on once code of this plugin has run.</summary>
    public const string LoadedSwitch = "FlashDiffusion.TestPlugins.OtherContract.Loaded";

    /// <inheritdoc/>
    public SolverDescriptor Descriptor { get; } = new()
    {
        Name = "other_contract",
        Version = "1.0.0",
        Description = "Must not be loaded.",
        Needs = SolverNeeds.None,
        Parameters = [],
    };

    /// <inheritdoc/>
    public SolverPlan Plan(SampleSpec sample) => new();

    /// <inheritdoc/>
    public StepOutput Step(StepBatch batch) => throw new InvalidOperationException("Must not be loaded.");

#pragma warning disable CA2255 // The initialiser is the point: it shows that code was loaded.
    [ModuleInitializer]
    internal static void Loaded() => AppContext.SetSwitch(LoadedSwitch, true);
#pragma warning restore CA2255
}
