using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Forecasts;

/// <summary>One caller's samples of a group, as the forecast plays them: those that share the batch, and those that wait, in its own order.</summary>
/// <param name="waiting">Its samples, dealt to it in this order.</param>
internal sealed class ForecastLine(IEnumerable<Claim<ForecastWork>> waiting)
{
    private static readonly Comparer<Claim<ForecastWork>> InLine = Comparer<Claim<ForecastWork>>.Create(Claim<ForecastWork>.InLine);

    private readonly List<Claim<ForecastWork>> _waiting = [.. waiting];
    private int _next;
    private int _inBatch;
    private double? _cameUp;
    private int _leap;

    /// <summary>Order of lines by who of them gets the next row, as <see cref="Dealing"/> has it while nobody arrives.</summary>
    public static Comparer<ForecastLine> ByNext { get; } = Comparer<ForecastLine>.Create((first, second) =>
    {
        var (one, other) = (first.Next, second.Next);
        var order = Claim<ForecastWork>.ByUrgency(one, other);
        if (order != 0 || one.IsPressing)
        {
            return order != 0 ? order : Claim<ForecastWork>.Dealt(one, other);
        }

        // Who comes up meanwhile goes behind all who stood at that place before.
        order = first._inBatch.CompareTo(second._inBatch);
        order = order != 0 ? order : Nullable.Compare(first._cameUp, second._cameUp);
        order = order != 0 ? order : first._leap.CompareTo(second._leap);
        order = order != 0 || first._cameUp is not null ? order : Claim<ForecastWork>.ByRank(one, other);
        return order != 0 ? order : one.Id.CompareTo(other.Id);
    });

    /// <summary>Whether any wait.</summary>
    public bool IsWaiting => _next < _waiting.Count;

    /// <summary>Those that wait, in order.</summary>
    public IEnumerable<ForecastWork> Waiting => _waiting.Skip(_next).Select(claim => claim.Item);

    /// <summary>How many share the batch.</summary>
    public int InBatch => _inBatch;

    /// <summary>Samples that wait or share the batch.</summary>
    public int Count => _waiting.Count - _next + _inBatch;

    /// <summary>The next one to get a row.</summary>
    public Claim<ForecastWork> Next => _waiting[_next];

    /// <summary>One more waits.</summary>
    public void Add(Claim<ForecastWork> claim)
    {
        var index = _waiting.BinarySearch(_next, _waiting.Count - _next, claim, InLine);
        _waiting.Insert(index < 0 ? ~index : index, claim);
    }

    /// <summary>Gives the next one a row.</summary>
    public ForecastWork Take()
    {
        _inBatch++;
        return _waiting[_next++].Item;
    }

    /// <summary>One of the batch is done.</summary>
    /// <param name="clock">Seconds from now.</param>
    public void Finish(double clock)
    {
        _inBatch--;
        (_leap, _cameUp) = (_cameUp == clock ? _leap + 1 : 1, clock);
    }
}
