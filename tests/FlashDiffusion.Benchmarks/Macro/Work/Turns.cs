namespace FlashDiffusion.Benchmarks.Macro.Work;

/// <summary>Three things that are compared, in turns.</summary>
internal static class Turns
{
    /// <summary>Rounds after which every order has come once.</summary>
    private const int Orders = 6;

    private static readonly int[][] All = [[0, 1, 2], [2, 1, 0], [1, 2, 0], [0, 2, 1], [2, 0, 1], [1, 0, 2]];

    /// <summary>Whether another round is due: each order has come equally often in the end, so another six must fit into the time, as long as those before took.</summary>
    /// <param name="done">Rounds that are done.</param>
    /// <param name="most">Most rounds, a multiple of six.</param>
    /// <param name="taken">What those that are done took.</param>
    /// <param name="longest">What all may take; the first six are done whatever they take.</param>
    public static bool AreDue(int done, int most, TimeSpan taken, TimeSpan longest) =>
        done % Orders != 0 || done == 0 || (done < most && taken * (done + Orders) / done <= longest);

    /// <summary>The order of the three in a round. In six rounds each has every place twice, and comes after each other equally often: drift of the machine, and what one leaves behind, hit all alike.</summary>
    public static IReadOnlyList<int> Of(int round) => All[round % Orders];
}
