using System.Diagnostics;
using FlashDiffusion.Benchmarks.Macro.Work;
using FlashDiffusion.Client;
using Grpc.Core;

namespace FlashDiffusion.Benchmarks.Macro.Figures;

/// <summary>Twelve callers with a picture each, beside a neighbour.</summary>
/// <param name="clients">The callers; the last one is the neighbour.</param>
/// <param name="pictures">What each of them sends.</param>
internal sealed class FloodWindow(FlashClient[] clients, Assignment[] pictures)
{
    /// <summary>From one request of a flood to the next, and to a new attempt of who was refused.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(25);

    /// <summary>The neighbour is alone for so long: the flood has its place, and sends for nothing.</summary>
    private static readonly TimeSpan Ramp = TimeSpan.FromMilliseconds(300);

    /// <summary>Runs a window.</summary>
    /// <exception cref="InvalidOperationException">The neighbour should flood, and nothing of it was refused: that was no flood.</exception>
    public async Task<FloodMeasured> RunAsync(Neighbour neighbour, CancellationToken cancellation)
    {
        var flood = new Flood(clients[^1], pictures[^1], Interval);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var beside = neighbour switch
        {
            Neighbour.Floods => flood.RunAsync(end.Token),
            Neighbour.KeepsToItsQuota => PoliteAsync(end.Token),
            _ => Task.CompletedTask,
        };
        await Task.Delay(Ramp, cancellation);
        var (began, before) = (Stopwatch.GetTimestamp(), flood.Refused);
        var seconds = await Task.WhenAll(clients[..^1].Zip(pictures, (client, picture) => PatientAsync(client, picture, cancellation)));
        var (length, refused) = (Stopwatch.GetElapsedTime(began).TotalSeconds, flood.Refused - before);
        await end.CancelAsync();
        await beside;
        return neighbour != Neighbour.Floods || refused > 0
            ? new FloodMeasured([.. seconds], length, refused, flood.Finished)
            : throw new InvalidOperationException($"Nothing of the flood was refused in {length:F1} s: that was none.");
    }

    /// <summary>The time of a picture whose caller comes again if it is too early: the place of the one before is free a moment after its result is there.</summary>
    private static async Task<double> PatientAsync(FlashClient client, Assignment picture, CancellationToken cancellation)
    {
        var began = Stopwatch.GetTimestamp();
        while (true)
        {
            try
            {
                await Caller.RunAsync(client, picture, cancellation);
                return Stopwatch.GetElapsedTime(began).TotalSeconds;
            }
            catch (FlashException refusal) when (refusal.Code == StatusCode.ResourceExhausted)
            {
                await Task.Delay(Interval, cancellation);
            }
        }
    }

    private async Task PoliteAsync(CancellationToken end)
    {
        try
        {
            while (true)
            {
                await PatientAsync(clients[^1], pictures[^1], end);
            }
        }
        catch (Exception) when (end.IsCancellationRequested)
        {
            // The window is over.
        }
    }
}
