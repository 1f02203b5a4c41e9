using System.Collections.Immutable;

namespace FlashDiffusion.Benchmarks.Macro.Floods;

/// <summary>When callers who keep to their quota send.</summary>
internal interface IDemand
{
    /// <summary>The neighbour is alone for so long before a window.</summary>
    TimeSpan Ramp { get; }

    /// <summary>What one of the twelve sends in a window.</summary>
    /// <param name="caller">The caller.</param>
    /// <param name="number">Which it is, from 0.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <returns>Seconds that each picture took.</returns>
    Task<ImmutableArray<double>> MeasuredAsync(PatientCaller caller, int number, CancellationToken cancellation);

    /// <summary>What a neighbour sends that keeps to its quota.</summary>
    /// <param name="caller">The neighbour.</param>
    /// <param name="number">Its number, the one after the twelve.</param>
    /// <param name="end">The end of the window.</param>
    Task BesideAsync(PatientCaller caller, int number, CancellationToken end);
}
