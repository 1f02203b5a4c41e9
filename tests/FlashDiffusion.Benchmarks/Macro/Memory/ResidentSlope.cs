using System.Collections.Immutable;
using System.Text.Json.Nodes;
using FlashDiffusion.Benchmarks.Macro.Statistics;

namespace FlashDiffusion.Benchmarks.Macro.Memory;

/// <summary>How the resident set changes with the steps.</summary>
/// <param name="BytesPerStep">Slope.</param>
/// <param name="Error">Half the width of its 95 % interval.</param>
/// <param name="Steps">Steps seen.</param>
/// <param name="FirstBytes">Resident set at the beginning.</param>
/// <param name="LastBytes">Resident set at the end.</param>
/// <param name="BlockBytes">Mean of each block, from which the slope comes: whether it grows on or settles.</param>
internal sealed record ResidentSlope(double BytesPerStep, double Error, double Steps, double FirstBytes, double LastBytes, ImmutableArray<double> BlockBytes)
{
    private const int Blocks = 8;

    // Student's t for 95 % and the six degrees of freedom of a line through eight points.
    private const double StudentT = 2.447;

    /// <summary>Whether it surely grows.</summary>
    public bool Grows => BytesPerStep > Error;

    /// <summary>A line through the means of blocks: single samples hang together, means of blocks hardly.</summary>
    public static ResidentSlope Of(IReadOnlyList<(double Steps, double Bytes)> samples)
    {
        var blocks = samples.Chunk((samples.Count + Blocks - 1) / Blocks).Select(block => (block.Average(sample => sample.Steps), block.Average(sample => sample.Bytes))).ToArray();
        var fit = LinearFit.Of(blocks);
        return new ResidentSlope(fit.Slope, StudentT * fit.SlopeError, samples[^1].Steps, samples[0].Bytes, samples[^1].Bytes, [.. blocks.Select(block => block.Item2)]);
    }

    public JsonObject ToJson() => new()
    {
        ["bytes_per_step"] = BytesPerStep,
        ["error_95"] = Error,
        ["steps"] = Steps,
        ["first_bytes"] = FirstBytes,
        ["last_bytes"] = LastBytes,
        ["block_bytes"] = new JsonArray([.. BlockBytes.Select(bytes => (JsonNode)Math.Round(bytes))]),
        ["grows"] = Grows,
    };
}
