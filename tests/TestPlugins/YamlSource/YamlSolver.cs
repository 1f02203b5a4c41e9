using System.Globalization;
using FlashDiffusion.Sampling;
using YamlDotNet.Serialization;

namespace FlashDiffusion.TestPlugins;

/// <summary>A solver that needs a library in a version of its own: its descriptor says which one it got, and what that one read.</summary>
public sealed class YamlSolver : ILatentSolver
{
    /// <inheritdoc/>
    public SolverDescriptor Descriptor { get; } = Describe();

    /// <inheritdoc/>
    public SolverPlan Plan(SampleSpec sample) => new()
    {
        Steps = [.. ReverseTrajectory.Of(sample).Select(move => new PlannedStep(move.Timestep, move.Previous, "plain", new StepCost(1)))],
    };

    /// <inheritdoc/>
    public StepOutput Step(StepBatch batch)
    {
        ArgumentNullException.ThrowIfNull(batch);
        return new StepOutput { Latents = batch.Latents.alias(), PredictedClean = batch.Latents.alias() };
    }

    private static SolverDescriptor Describe()
    {
        var major = typeof(IDeserializer).Assembly.GetName().Version!.Major;
        var read = new DeserializerBuilder().Build().Deserialize<Dictionary<string, int>>("strength: 3");
        return new SolverDescriptor
        {
            Name = string.Create(CultureInfo.InvariantCulture, $"yaml_{major}"),
            Version = "1.0.0",
            Description = string.Create(CultureInfo.InvariantCulture, $"YamlDotNet {major} read {read["strength"]}."),
            Needs = SolverNeeds.None,
            Parameters = [],
        };
    }
}
