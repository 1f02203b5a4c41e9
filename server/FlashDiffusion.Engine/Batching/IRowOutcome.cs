using FlashDiffusion.Engine.Sessions;

namespace FlashDiffusion.Engine.Batching;

/// <summary>What a unit of work did to one sample.</summary>
internal interface IRowOutcome
{
    /// <summary>Why it failed; null if it did not.</summary>
    Failure? Failure { get; }
}
