namespace FlashDiffusion.Benchmarks.Macro.Work;

/// <summary>Three things that are compared, in turns.</summary>
internal static class Turns
{
    /// <summary>Rounds after which every order has come once.</summary>
    public const int Orders = 6;

    private static readonly int[][] All = [[0, 1, 2], [2, 1, 0], [1, 2, 0], [0, 2, 1], [2, 0, 1], [1, 0, 2]];

    /// <summary>The order of the three in a round. In six rounds each has every place twice, and comes after each other equally often: drift of the machine, and what one leaves behind, hit all alike.</summary>
    public static IReadOnlyList<int> Of(int round) => All[round % Orders];
}
