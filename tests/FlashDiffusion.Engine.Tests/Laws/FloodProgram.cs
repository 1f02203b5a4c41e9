using System.Collections.Immutable;

namespace FlashDiffusion.Engine.Tests.Laws;

/// <summary>One caller with many requests, and others with one each. Any bytes are a program, so that a failing one can be shrunk.</summary>
/// <param name="Batch">Rows of a step.</param>
/// <param name="Flood">Steps of each of the many.</param>
/// <param name="Others">When each of the others comes, in steps from the start, ascending, and how many it needs.</param>
internal sealed record FloodProgram(int Batch, ImmutableArray<int> Flood, ImmutableArray<(int At, int Steps)> Others)
{
    private const int MostOthers = 6;
    private const int MostSteps = 9;

    /// <summary>Callers that may have work at once.</summary>
    public int Callers => Others.Length + 1;

    /// <summary>Reads bytes: rows, the others (as many as there are bytes for, at most six), the many.</summary>
    public static FloodProgram Of(byte[] program)
    {
        var others = ImmutableArray.CreateBuilder<(int At, int Steps)>();
        var (at, now) = (1, 0);
        for (; at + 1 < program.Length && others.Count < MostOthers; at += 2)
        {
            now += program[at] % 12;
            others.Add((now, 1 + (program[at + 1] % MostSteps)));
        }

        return new FloodProgram(1 + (program.FirstOrDefault() % 4), [.. program.Skip(at).Select(item => 1 + (item % MostSteps))], others.ToImmutable());
    }
}
