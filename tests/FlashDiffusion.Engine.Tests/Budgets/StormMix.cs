namespace FlashDiffusion.Engine.Tests.Budgets;

/// <summary>How much the requests of a storm differ: the more, the less is known of what one has to wait for.</summary>
public enum StormMix
{
    /// <summary>One caller, class, size and operator: they are looked at by their deadlines, and the floor is known when one comes.</summary>
    Alike,

    /// <summary>Several callers, classes and sizes: others may be looked at first, and the floor is known when one is refused.</summary>
    Classes,

    /// <summary>Several operators as well, and pictures are degraded beside them.</summary>
    Operators,
}
