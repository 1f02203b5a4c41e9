using System.Diagnostics;
using FlashDiffusion.Benchmarks.Macro.Work;
using FlashDiffusion.Client;
using Grpc.Core;

namespace FlashDiffusion.Benchmarks.Macro.Floods;

/// <summary>A caller that comes again if it is refused.</summary>
/// <param name="client">The caller.</param>
/// <param name="picture">What it sends.</param>
/// <param name="again">Time from a refusal to the next attempt; null for as long as it is told.</param>
internal sealed class PatientCaller(FlashClient client, Assignment picture, TimeSpan? again)
{
    private int _refused;

    /// <summary>How often it was refused.</summary>
    public int Refused => _refused;

    /// <summary>Gets one picture.</summary>
    /// <returns>What that took in seconds, refusals included.</returns>
    public async Task<double> SendAsync(CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await Caller.RunAsync(client, picture, cancellation);
                return Stopwatch.GetElapsedTime(began).TotalSeconds;
            }
            catch (FlashException refusal) when (refusal.Code == StatusCode.ResourceExhausted && (again ?? refusal.RetryAfter) is not null)
            {
                Interlocked.Increment(ref _refused);
                await Task.Delay((again ?? refusal.RetryAfter)!.Value, cancellation);
            }
        }
    }
}
