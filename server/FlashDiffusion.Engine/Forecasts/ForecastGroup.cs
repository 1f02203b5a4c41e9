using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Forecasts;

/// <summary>Samples that share batches, as the forecast plays them: those in front take steps, the others wait in order.</summary>
internal sealed class ForecastGroup
{
    private readonly ForecastWork[] _inOrder;
    private readonly List<(ForecastWork Item, int Left)> _front = [];
    private int _next;

    /// <param name="work">The samples, each with steps left.</param>
    public ForecastGroup(IEnumerable<ForecastWork> work)
    {
        _inOrder = [.. work.OrderByDescending(item => item.Class).ThenBy(item => item.Rank).ThenBy(item => item.Id)];
        Elements = _inOrder[0].Elements;
        Refill();
    }

    /// <summary>Size of its pictures.</summary>
    public long Elements { get; }

    /// <summary>Samples left.</summary>
    public int Count => _front.Count + _inOrder.Length - _next;

    /// <summary>Class of the first.</summary>
    public Priority Class => _front[0].Item.Class;

    /// <summary>Samples that take the next step together.</summary>
    public int Batch { get; private set; }

    /// <summary>Steps until the first of them is done.</summary>
    public int Shortest
    {
        get
        {
            var shortest = int.MaxValue;
            for (var row = 0; row < Batch; row++)
            {
                shortest = Math.Min(shortest, _front[row].Left);
            }

            return shortest;
        }
    }

    /// <summary>Takes steps.</summary>
    /// <param name="steps">How many; at most <see cref="Shortest"/>.</param>
    /// <returns>Seconds that they take.</returns>
    public double Take(int steps)
    {
        var seconds = 0.0;
        for (var row = 0; row < Batch; row++)
        {
            var (item, left) = _front[row];
            seconds += item.StepSeconds(Batch) ?? 0;
            _front[row] = (item, left - steps);
        }

        return steps * seconds / Batch;
    }

    /// <summary>Lets those go that have no steps left; others take their rows.</summary>
    /// <returns>Those, in order.</returns>
    public IReadOnlyList<ForecastWork> Finish()
    {
        ForecastWork[] done = [.. _front.Where(entry => entry.Left == 0).Select(entry => entry.Item)];
        if (done.Length > 0)
        {
            _front.RemoveAll(entry => entry.Left == 0);
            Refill();
        }

        return done;
    }

    private void Refill()
    {
        if (Count == 0)
        {
            return;
        }

        var first = _front.Count > 0 ? _front[0].Item : _inOrder[_next];
        Batch = Math.Clamp(first.MaximumBatch(Count), 1, Count);
        while (_front.Count < Batch)
        {
            var item = _inOrder[_next++];
            _front.Add((item, item.RemainingSteps));
        }
    }
}
