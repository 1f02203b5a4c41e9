namespace FlashDiffusion.Conformance;

/// <summary>What a sample is made of; equal recipes make equal samples.</summary>
/// <param name="Seed">Seed of its noise, its measurement and its place among the variations.</param>
/// <param name="Parameters">The solver's parameters.</param>
/// <param name="Sampling">The reverse process.</param>
/// <param name="StartIndex">Where it starts.</param>
internal sealed record SampleRecipe(ulong Seed, ParameterSet Parameters, SamplingSpec Sampling, int StartIndex)
{
    /// <summary>Whether the operator's twin measured it.</summary>
    public bool IsTwin { get; init; }

    /// <summary>Right formulas, or the research code's.</summary>
    public Compatibility Compatibility { get; init; }

    /// <inheritdoc/>
    public override string ToString() =>
        $"sample {Seed} ({Sampling.Kind} from {StartIndex}, {Compatibility}, {string.Join(", ", Parameters.Values.OrderBy(pair => pair.Key, StringComparer.Ordinal).Select(pair => $"{pair.Key}={pair.Value}"))})";
}
