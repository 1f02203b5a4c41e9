using System.Collections.Immutable;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Forecasts;

/// <summary>What is remembered of a sample that arrived. Names only, so that it never keeps a model or a plugin alive.</summary>
/// <param name="Group">What it could share batches with.</param>
/// <param name="Kinds">Its steps by kind.</param>
/// <param name="Steps">Steps, as policies count them.</param>
internal sealed record PastArrival(ForecastKey Group, ImmutableArray<(TimingKey Key, int Count)> Kinds, int Steps)
{
    /// <summary>Its class.</summary>
    public Priority Class { get; init; } = Priority.Normal;

    /// <summary>Whose it was.</summary>
    public CallerKey Caller { get; init; }
}
