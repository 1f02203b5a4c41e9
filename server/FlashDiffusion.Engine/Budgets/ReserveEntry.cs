using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Budgets;

/// <summary>How far the reserve has played a sample.</summary>
/// <param name="work">The sample.</param>
internal sealed class ReserveEntry(ReservedWork work)
{
    private int _run;

    /// <summary>Its number.</summary>
    public long Id => work.Id;

    /// <summary>Its operator where it shares units.</summary>
    public string Operator => work.Operator;

    /// <summary>The lane of its next unit.</summary>
    public LaneKey Lane => work.Runs[_run].Lane;

    /// <summary>Units that it needs at most, of all lanes.</summary>
    public int CallsLeft { get; private set; } = work.CallsLeft;

    /// <summary>Units until it changes its lane.</summary>
    public int Calls { get; private set; } = work.Runs[0].Calls;

    /// <summary>Takes units.</summary>
    /// <param name="calls">At most <see cref="Calls"/>.</param>
    /// <returns>Whether anything is left.</returns>
    public bool Take(int calls)
    {
        Calls -= calls;
        CallsLeft -= calls;
        if (Calls == 0 && ++_run < work.Runs.Length)
        {
            Calls = work.Runs[_run].Calls;
        }

        return Calls > 0;
    }
}
