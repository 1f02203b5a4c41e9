using System.Collections.Immutable;
using System.Text.Json.Nodes;
using FlashDiffusion.Benchmarks.Macro.Statistics;

namespace FlashDiffusion.Benchmarks.Macro.Memory;

/// <summary>How the resident set changes with the steps.</summary>
/// <param name="PerStep">Growth from one block to the next, in bytes a step.</param>
/// <param name="Line">A straight line through the blocks, jumps and all.</param>
/// <param name="Steps">Steps seen.</param>
/// <param name="BlockBytes">Mean of each block: whether it grows on or settles, and where it jumped.</param>
internal sealed record ResidentSlope(SignedRank PerStep, LinearFit Line, double Steps, ImmutableArray<double> BlockBytes)
{
    private const int Blocks = 16;

    /// <summary>Whether it surely grows.</summary>
    public bool Grows => PerStep.Low > 0;

    /// <summary>
    /// What grows with every step grows from each block to the next. A single jump, however large, is one of fifteen such differences, and moves their middle
    /// by little; it is in half of the pairs of blocks that a line, or the median of all slopes, goes by. Single samples hang together, means of blocks hardly.
    /// </summary>
    /// <param name="samples">Steps and bytes, at least three, in order.</param>
    public static ResidentSlope Of(IReadOnlyList<(double Steps, double Bytes)> samples)
    {
        (double Steps, double Bytes)[] blocks =
        [
            .. samples.Chunk((samples.Count + Blocks - 1) / Blocks).Select(block => (block.Average(sample => sample.Steps), block.Average(sample => sample.Bytes))),
        ];
        var differences = blocks.Zip(blocks.Skip(1), (block, next) => (next.Bytes - block.Bytes) / (next.Steps - block.Steps));
        return new ResidentSlope(SignedRank.Of([.. differences]), LinearFit.Of(blocks), samples[^1].Steps, [.. blocks.Select(block => block.Bytes)]);
    }

    public JsonObject ToJson() => new()
    {
        ["bytes_per_step"] = PerStep.ToJson(),
        ["line_bytes_per_step"] = Line.Slope,
        ["grown_bytes"] = BlockBytes[^1] - BlockBytes[0],
        ["largest_jump_bytes"] = BlockBytes.Zip(BlockBytes.Skip(1), (block, next) => next - block).MaxBy(Math.Abs),
        ["steps"] = Steps,
        ["block_bytes"] = new JsonArray([.. BlockBytes.Select(bytes => (JsonNode)Math.Round(bytes))]),
        ["grows"] = Grows,
    };
}
