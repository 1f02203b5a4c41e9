using System.Diagnostics.CodeAnalysis;
using FlashDiffusion.Engine.Sessions;

namespace FlashDiffusion.Engine.Admissions;

/// <summary>Answer of one bounded piece of device work: a value, a refusal before it started, or a failure.</summary>
/// <typeparam name="T">Host data only.</typeparam>
internal sealed record DeviceAnswer<T>
    where T : class
{
    /// <summary>What the work made.</summary>
    public T? Value { get; init; }

    /// <summary>Why it was refused.</summary>
    public Rejection? Rejection { get; init; }

    /// <summary>Why it failed.</summary>
    public Failure? Failure { get; init; }

    /// <summary>Whether there is a value.</summary>
    [MemberNotNullWhen(true, nameof(Value))]
    public bool Succeeded => Value is not null;
}
