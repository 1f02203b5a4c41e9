namespace FlashDiffusion.Benchmarks.Macro.Work;

/// <summary>Two things that are compared, in turns.</summary>
internal static class Pairs
{
    private static readonly int[] Forwards = [0, 1];
    private static readonly int[] Backwards = [1, 0];

    /// <summary>Which of the two comes first and which second in a round: it alternates, so that a drift of the machine hits both.</summary>
    public static IReadOnlyList<int> Order(int round) => round % 2 == 0 ? Forwards : Backwards;
}
