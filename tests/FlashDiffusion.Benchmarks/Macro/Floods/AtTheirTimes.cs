using System.Collections.Immutable;
using System.Diagnostics;

namespace FlashDiffusion.Benchmarks.Macro.Floods;

/// <summary>Each caller sends a picture a period, at a moment of it that is its own: as many as its quota of work allows, and no two of them together on purpose.</summary>
/// <param name="period">From one picture of a caller to its next, whatever became of the one before.</param>
/// <param name="periods">Of a window.</param>
/// <param name="moments">When each begins, as shares of a period.</param>
internal sealed class AtTheirTimes(TimeSpan period, int periods, ImmutableArray<double> moments) : IDemand
{
    /// <summary>None: what a flood gets through at its very beginning counts too.</summary>
    public TimeSpan Ramp => TimeSpan.Zero;

    public async Task<ImmutableArray<double>> MeasuredAsync(PatientCaller caller, int number, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        var pictures = new Task<double>[periods];
        for (var i = 0; i < periods; i++)
        {
            var wait = ((i + moments[number]) * period) - Stopwatch.GetElapsedTime(began);
            await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, cancellation);
            pictures[i] = caller.SendAsync(cancellation);
        }

        return [.. await Task.WhenAll(pictures)];
    }

    public Task BesideAsync(PatientCaller caller, int number, CancellationToken end) => MeasuredAsync(caller, number, end);
}
