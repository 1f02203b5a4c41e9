using System.Collections.Immutable;

namespace FlashDiffusion.Benchmarks.Macro.Floods;

/// <summary>All begin at once: the twelve with a picture each, a neighbour with one after the other.</summary>
internal sealed class OneAfterTheOther : IDemand
{
    /// <summary>Until a flood has its place, and sends for nothing.</summary>
    public TimeSpan Ramp { get; } = TimeSpan.FromMilliseconds(300);

    public async Task<ImmutableArray<double>> MeasuredAsync(PatientCaller caller, int number, CancellationToken cancellation) => [await caller.SendAsync(cancellation)];

    public async Task BesideAsync(PatientCaller caller, int number, CancellationToken end)
    {
        while (true)
        {
            await caller.SendAsync(end);
        }
    }
}
