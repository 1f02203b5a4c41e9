using System.Runtime.CompilerServices;

namespace FlashDiffusion.Engine.Hangs;

/// <summary>Parts that hung once and are called no more. Keeps none of them alive. Safe to use from any thread.</summary>
internal sealed class Quarantine
{
    private readonly ConditionalWeakTable<object, object> _parts = [];

    /// <summary>Bars a part.</summary>
    /// <returns>Whether it was not barred before.</returns>
    public bool Add(object part) => _parts.TryAdd(part, this);

    /// <summary>Whether a part is barred.</summary>
    public bool Holds(object part) => _parts.TryGetValue(part, out _);

    /// <summary>The first of some parts that is barred; null if none is.</summary>
    public object? FirstOf(params ReadOnlySpan<object?> parts)
    {
        foreach (var part in parts)
        {
            if (part is not null && Holds(part))
            {
                return part;
            }
        }

        return null;
    }
}
