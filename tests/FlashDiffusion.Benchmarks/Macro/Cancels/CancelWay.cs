namespace FlashDiffusion.Benchmarks.Macro.Cancels;

/// <summary>How a client takes its request back.</summary>
internal enum CancelWay
{
    /// <summary>It closes its stream.</summary>
    Stream,

    /// <summary>It calls <c>CancelReconstruction</c>.</summary>
    Call,
}
