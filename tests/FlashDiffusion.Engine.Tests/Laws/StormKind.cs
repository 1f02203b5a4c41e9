namespace FlashDiffusion.Engine.Tests.Laws;

/// <summary>What a storm does beside submitting, stepping and cancelling.</summary>
public enum StormKind
{
    /// <summary>Nothing else.</summary>
    Company,

    /// <summary>The device's memory shrinks and grows.</summary>
    Memory,

    /// <summary>Requests have time limits, longest waits and budgets, and the device is held up now and then.</summary>
    Impatience,

    /// <summary>Samples are suspended, continued, and moved between two devices.</summary>
    Preemption,

    /// <summary>The same, and requests have operators, pictures of several sizes, and starts that their severity chooses.</summary>
    Variety,
}
