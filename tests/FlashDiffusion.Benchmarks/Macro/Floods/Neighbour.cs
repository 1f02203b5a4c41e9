namespace FlashDiffusion.Benchmarks.Macro.Floods;

/// <summary>What a thirteenth caller does beside the twelve who are measured.</summary>
internal enum Neighbour
{
    /// <summary>It sends many requests a second, whatever it is told.</summary>
    Floods,

    /// <summary>It sends one picture after the other.</summary>
    KeepsToItsQuota,

    /// <summary>It sends nothing.</summary>
    IsAbsent,
}
