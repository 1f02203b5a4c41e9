using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Forecasts;

/// <summary>Samples that share batches, as the forecast plays them: those in front take steps, the others wait in order, each behind its caller's.</summary>
internal sealed class ForecastGroup
{
    private readonly Dictionary<CallerKey, ForecastLine> _lines;
    private readonly SortedSet<ForecastLine> _waiting;
    private List<(ForecastWork Item, int Left)> _front = [];

    /// <param name="work">The samples, each with steps left.</param>
    public ForecastGroup(IEnumerable<ForecastWork> work)
    {
        Claim<ForecastWork>[] claims = [.. work.Select(ClaimOf)];
        if (Dealing.Line(claims) > 1)
        {
            Dealing.Deal(claims);
        }

        (Key, Elements) = (claims[0].Item.Group, claims[0].Item.Elements);
        Count = claims.Length;
        _lines = claims.GroupBy(claim => claim.Caller).ToDictionary(line => line.Key, line => new ForecastLine(line));
        _waiting = new SortedSet<ForecastLine>(_lines.Values, ForecastLine.ByNext);
        Refill();
    }

    /// <summary>What they share.</summary>
    public object Key { get; }

    /// <summary>Size of its pictures.</summary>
    public long Elements { get; }

    /// <summary>Samples left.</summary>
    public int Count { get; private set; }

    /// <summary>Whose they are.</summary>
    public IReadOnlyCollection<CallerKey> Callers => _lines.Keys;

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

    /// <summary>Seconds that the next step takes.</summary>
    public double StepSeconds
    {
        get
        {
            var seconds = 0.0;
            for (var row = 0; row < Batch; row++)
            {
                seconds += _front[row].Item.StepSeconds(Batch) ?? 0;
            }

            return seconds / Batch;
        }
    }

    /// <summary>The group with one more: this one, or another if the arrival may take the place of one that has a row.</summary>
    public ForecastGroup With(ForecastWork arrival)
    {
        var isFull = _front.Count >= Math.Min(_front[0].Item.MaximumBatch(Count + 1), Count + 1);
        if (!_lines.TryGetValue(arrival.Caller, out var line) || arrival.Class > Class || (isFull && (HasFewer(line) || _front.Exists(row => MayYield(row, arrival)))))
        {
            return new ForecastGroup([.. _front.Select(entry => entry.Item.After(entry.Left)), .. _lines.Values.SelectMany(line => line.Waiting), arrival]);
        }

        // The set is in order of what changes here.
        if (line.IsWaiting)
        {
            _waiting.Remove(line);
        }

        line.Add(ClaimOf(arrival));
        _waiting.Add(line);
        Count++;
        Refill();
        return this;
    }

    /// <summary>Takes steps.</summary>
    /// <param name="steps">How many; at most <see cref="Shortest"/>.</param>
    /// <returns>Seconds that they take.</returns>
    public double Take(int steps)
    {
        var seconds = StepSeconds;
        for (var row = 0; row < Batch; row++)
        {
            var (item, left) = _front[row];
            _front[row] = (item, left - steps);
        }

        return steps * seconds;
    }

    /// <summary>Lets those go that have no steps left; others take their rows.</summary>
    /// <param name="clock">Seconds from now.</param>
    /// <returns>Those, in order.</returns>
    public IReadOnlyList<ForecastWork> Finish(double clock)
    {
        ForecastWork[] done = [.. _front.Where(entry => entry.Left == 0).Select(entry => entry.Item)];
        if (done.Length > 0)
        {
            _front.RemoveAll(entry => entry.Left == 0);
            Count -= done.Length;
            foreach (var item in done)
            {
                Finish(item.Caller, clock);
            }

            Refill();
        }

        return done;
    }

    // Its next one may get a row before another caller's further one.
    private bool HasFewer(ForecastLine line) => _lines.Count > 1 && !line.IsWaiting && _lines.Values.Max(other => other.InBatch) > line.InBatch;

    private static bool MayYield((ForecastWork Item, int Left) row, ForecastWork arrival) =>
        row.Item.Caller.Equals(arrival.Caller) && arrival.Class >= row.Item.Class && arrival.Rank < row.Item.Rank - (row.Item.RankGain * (row.Item.RemainingSteps - row.Left));

    private static Claim<ForecastWork> ClaimOf(ForecastWork work) => new(work, work.Id, work.Caller, work.Class)
    {
        IsPressing = work.IsPressing,
        Own = work.Rank,
        Rank = work.Standing,
        Since = work.Since,
        CameUp = work.CameUp,
    };

    private void Finish(CallerKey caller, double clock)
    {
        var line = _lines[caller];
        if (!line.IsWaiting)
        {
            line.Finish(clock);
            if (line.Count == 0)
            {
                _lines.Remove(caller);
            }

            return;
        }

        // The set is in order of what changes here.
        _waiting.Remove(line);
        line.Finish(clock);
        _waiting.Add(line);
    }

    private void Refill()
    {
        if (Count == 0)
        {
            return;
        }

        var first = _front.Count > 0 ? _front[0].Item : _waiting.Min!.Next.Item;
        Batch = Math.Clamp(first.MaximumBatch(Count), 1, Count);
        while (_front.Count < Batch)
        {
            var line = _waiting.Min!;
            _waiting.Remove(line);
            var item = line.Take();
            _front.Add((item, item.RemainingSteps));
            if (line.IsWaiting)
            {
                _waiting.Add(line);
            }
        }

        Share();
    }

    // Who has rows beyond what the time of all allows waits in them.
    private void Share()
    {
        if (_lines.Count > 1)
        {
            Deal();
        }

        Batch = RowShare.Rows([.. _front.Take(Batch).Select(row => (row.Item.Class, row.Item.Caller))], _front[0].Item.StepSeconds);
    }

    private void Deal()
    {
        var taken = new CallerCounts();
        var rows = new List<(int Index, (ForecastWork Item, int Left) Row)>(_front.Count);
        foreach (var row in _front)
        {
            rows.Add((taken.Of(row.Item.Caller), row));
            taken.Add(row.Item.Caller);
        }

        _front = [.. rows.OrderByDescending(row => row.Row.Item.Class).ThenByDescending(row => row.Row.Item.IsPressing).ThenBy(row => row.Index).Select(row => row.Row)];
    }
}
