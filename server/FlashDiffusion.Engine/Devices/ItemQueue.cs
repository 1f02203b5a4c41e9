using System.Collections.Concurrent;
using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Telemetry;
using Microsoft.Extensions.Logging;

namespace FlashDiffusion.Engine.Devices;

/// <summary>
/// Work beside reconstructions that waits for a device, one piece a tick. What the server owes itself (<see cref="WorkItem.Kind"/> is null) runs at once; what callers
/// ask for only where every promise survives it, by what pieces of its kind took. After <see cref="Patience"/> it counts as work that was promised: new promises are made behind it.
/// Device loop only, but for <see cref="Add"/> and <see cref="Pending"/>.
/// </summary>
/// <param name="guard">Where foreign code is entered and left.</param>
/// <param name="time">Clock.</param>
/// <param name="awake">Clock by which a piece takes its time.</param>
/// <param name="logger">Log.</param>
internal sealed class ItemQueue(CallGuard guard, TimeProvider time, TimeProvider awake, ILogger logger)
{
    /// <summary>How long a piece waits for promises that were made after it came.</summary>
    public static readonly TimeSpan Patience = TimeSpan.FromSeconds(1);

    /// <summary>What a piece is taken to last before any was measured.</summary>
    private const double UnmeasuredSeconds = 0.05;

    /// <summary>Kinds kept; callers choose sizes.</summary>
    private const int MaximumKinds = 256;

    /// <summary>What remains of the longest, and counts of the newest, with each piece that is shorter.</summary>
    private const double Memory = 0.9;

    private readonly ConcurrentQueue<WorkItem> _arrived = new();
    private readonly Queue<(WorkItem Item, long At)> _waiting = new();
    private readonly ConcurrentDictionary<string, double> _seconds = new(StringComparer.Ordinal);

    // What those who wait were expected to take when they came, and who runs: a hung one is nobody's any more when its thread's successor runs the next.
    private readonly Lock _expectation = new();
    private readonly Dictionary<WorkItem, double> _expected = [];
    private WorkItem? _running;

    /// <summary>Whether nothing waits.</summary>
    public bool IsEmpty => _arrived.IsEmpty && _waiting.Count == 0;

    /// <summary>Seconds that those need who have waited for too long.</summary>
    public double Overdue => _waiting.TakeWhile(entry => time.GetElapsedTime(entry.At) >= Patience).Where(entry => !entry.Item.IsGone).Sum(entry => SecondsOf(entry.Item.Kind!));

    /// <summary>Seconds that callers' pieces are expected to take that wait or run; any thread.</summary>
    public double Pending
    {
        get
        {
            lock (_expectation)
            {
                return _expected.Values.Sum();
            }
        }
    }

    /// <summary>Hands over a piece; any thread.</summary>
    public void Add(WorkItem item)
    {
        if (item.Kind is { } kind)
        {
            lock (_expectation)
            {
                _expected.Add(item, SecondsOf(kind));
            }
        }

        _arrived.Enqueue(item);
    }

    /// <summary>Runs one, if there is one that may.</summary>
    /// <param name="allows">Whether every promise survives so many seconds.</param>
    /// <returns>Whether there was.</returns>
    public bool Run(Func<double, bool> allows)
    {
        while (_arrived.TryDequeue(out var item))
        {
            if (item.Kind is null)
            {
                Run(item);
                return true;
            }

            _waiting.Enqueue((item, time.GetTimestamp()));
        }

        if (!_waiting.TryPeek(out var next) || !(next.Item.IsGone || allows(SecondsOf(next.Item.Kind!))))
        {
            return false;
        }

        _waiting.Dequeue();
        var (began, gone) = (awake.GetTimestamp(), next.Item.IsGone);
        Run(next.Item);
        if (!gone)
        {
            Record(next.Item.Kind!, awake.GetElapsedTime(began).TotalSeconds);
        }

        return true;
    }

    /// <summary>Ends all of them.</summary>
    public void Abort(Failure failure)
    {
        while (_waiting.TryDequeue(out var entry))
        {
            Drop(entry.Item, failure);
        }

        while (_arrived.TryDequeue(out var item))
        {
            Drop(item, failure);
        }
    }

    private void Run(WorkItem item)
    {
        Leave(_running);
        _running = item;

        // Of what callers asked for the engine says so, where it answers them.
        if (item.Run(guard) is { } failure && item.Kind is null)
        {
            using var traced = LogContext.Of(item.Parent);
            Log.WorkFailed(logger, failure.Cause, failure.Reason, failure.Message);
        }

        Leave(item);
        _running = null;
    }

    private void Drop(WorkItem item, Failure failure)
    {
        item.Fail(failure);
        Leave(item);
    }

    private void Leave(WorkItem? item)
    {
        if (item is not null)
        {
            lock (_expectation)
            {
                _expected.Remove(item);
            }
        }
    }

    private double SecondsOf(string kind) => _seconds.TryGetValue(kind, out var known) ? known : _seconds.Values.DefaultIfEmpty(UnmeasuredSeconds).Max();

    private void Record(string kind, double seconds)
    {
        if (_seconds.Count >= MaximumKinds && !_seconds.ContainsKey(kind))
        {
            _seconds.Clear();
        }

        _seconds[kind] = _seconds.TryGetValue(kind, out var known) ? Math.Max(seconds, (Memory * known) + ((1 - Memory) * seconds)) : seconds;
    }
}
