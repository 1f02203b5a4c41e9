namespace FlashDiffusion.Engine.Scheduling;

/// <summary>Classes of requests, ascending: while work of a higher class waits, none of a lower one runs, except in rows that would stay empty (<see cref="ClassShare"/>) and to keep a promise.</summary>
internal enum Priority
{
    /// <summary>Only when nothing else waits.</summary>
    Low,

    /// <summary>The usual one.</summary>
    Normal,

    /// <summary>Before everything else.</summary>
    High,
}
