namespace FlashDiffusion.Engine.Scheduling;

/// <summary>What a piece of work has to say for itself when rows are dealt.</summary>
/// <typeparam name="T">The work.</typeparam>
/// <param name="item">The work.</param>
/// <param name="id">Its number.</param>
/// <param name="caller">Whose it is.</param>
/// <param name="priority">Its class.</param>
internal sealed class Claim<T>(T item, long id, CallerKey caller, Priority priority)
{
    /// <summary>The work.</summary>
    public T Item => item;

    /// <summary>Its number; of two that are equal in everything else the lower goes first.</summary>
    public long Id => id;

    /// <summary>Whose it is.</summary>
    public CallerKey Caller => caller;

    /// <summary>Its class.</summary>
    public Priority Priority => priority;

    /// <summary>Whether a promise is at stake, so that it goes first whosever it is.</summary>
    public bool IsPressing { get; init; }

    /// <summary>Its rank among its caller's work.</summary>
    public double Own { get; init; }

    /// <summary>How much of its caller's work stands before it.</summary>
    public int Index { get; set; }

    /// <summary>Its rank among those at the same place of other callers' lines.</summary>
    public double Rank { get; set; }

    /// <summary>Timestamp since which it stands there.</summary>
    public long Since { get; set; }

    /// <summary>Whether it came up behind other work of its caller.</summary>
    public bool CameUp { get; set; }

    /// <summary>By how many places it came up then.</summary>
    public int Leap { get; set; }

    /// <summary>Order of one caller's work: class, rank, number.</summary>
    public static int InLine(Claim<T> first, Claim<T> second)
    {
        var order = second.Priority.CompareTo(first.Priority);
        order = order != 0 ? order : first.Own.CompareTo(second.Own);
        return order != 0 ? order : first.Id.CompareTo(second.Id);
    }

    /// <summary>Order of those at the same place by when they came there.</summary>
    public static int ByArrival(Claim<T> first, Claim<T> second)
    {
        var order = ByPlace(first, second);
        return order != 0 ? order : ByComing(first, second);
    }

    /// <summary>Order of all: class, promises, place in the caller's line, rank, arrival.</summary>
    public static int Dealt(Claim<T> first, Claim<T> second)
    {
        var order = ByPlace(first, second);
        return order != 0 ? order : ByRank(first, second);
    }

    /// <summary>Order of those at the same place: rank, arrival.</summary>
    public static int ByRank(Claim<T> first, Claim<T> second)
    {
        var order = first.Rank.CompareTo(second.Rank);
        return order != 0 ? order : ByComing(first, second);
    }

    /// <summary>Order of places.</summary>
    public static int ByPlace(Claim<T> first, Claim<T> second)
    {
        var order = ByUrgency(first, second);
        return order != 0 || first.IsPressing ? order : first.Index.CompareTo(second.Index);
    }

    /// <summary>Order of classes, and within one of promises before others.</summary>
    public static int ByUrgency(Claim<T> first, Claim<T> second)
    {
        var order = second.Priority.CompareTo(first.Priority);
        return order != 0 ? order : second.IsPressing.CompareTo(first.IsPressing);
    }

    private static int ByComing(Claim<T> first, Claim<T> second)
    {
        var order = first.Since.CompareTo(second.Since);
        order = order != 0 ? order : first.Leap.CompareTo(second.Leap);
        return order != 0 ? order : first.Id.CompareTo(second.Id);
    }
}
