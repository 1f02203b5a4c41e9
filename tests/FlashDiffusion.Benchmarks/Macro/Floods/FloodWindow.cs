using System.Diagnostics;
using FlashDiffusion.Benchmarks.Macro.Work;
using FlashDiffusion.Client;

namespace FlashDiffusion.Benchmarks.Macro.Floods;

/// <summary>Twelve callers beside a neighbour.</summary>
/// <param name="clients">The callers; the last one is the neighbour.</param>
/// <param name="pictures">What each of them sends.</param>
/// <param name="again">Time from a refusal to the next attempt of who keeps to its quota; null for as long as it is told.</param>
internal sealed class FloodWindow(FlashClient[] clients, Assignment[] pictures, TimeSpan? again)
{
    /// <summary>From one request of a flood to the next.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(25);

    /// <summary>Runs a window.</summary>
    /// <param name="neighbour">What the thirteenth does.</param>
    /// <param name="demand">When all others send.</param>
    /// <param name="cancellation">Ends it.</param>
    /// <exception cref="InvalidOperationException">The neighbour should flood, and nothing of it was refused: that was no flood.</exception>
    public async Task<FloodMeasured> RunAsync(Neighbour neighbour, IDemand demand, CancellationToken cancellation)
    {
        var flood = new Flood(clients[^1], pictures[^1], Interval);
        PatientCaller[] others = [.. clients.Zip(pictures, (client, picture) => new PatientCaller(client, picture, again))];
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        var beside = neighbour switch
        {
            Neighbour.Floods => flood.RunAsync(end.Token),
            Neighbour.KeepsToItsQuota => UntilAsync(demand.BesideAsync(others[^1], others.Length - 1, end.Token), end.Token),
            _ => Task.CompletedTask,
        };
        await Task.Delay(demand.Ramp, cancellation);
        var (began, before) = (Stopwatch.GetTimestamp(), flood.Refused);
        var seconds = await Task.WhenAll(others[..^1].Select((caller, number) => demand.MeasuredAsync(caller, number, cancellation)));
        var (length, refused) = (Stopwatch.GetElapsedTime(began).TotalSeconds, flood.Refused - before);
        await end.CancelAsync();
        await beside;
        return neighbour != Neighbour.Floods || refused > 0
            ? new FloodMeasured([.. seconds.SelectMany(times => times)], length, refused, flood.LetIn, flood.Finished, others[..^1].Sum(caller => caller.Refused))
            : throw new InvalidOperationException($"Nothing of the flood was refused in {length:F1} s: that was none.");
    }

    private static async Task UntilAsync(Task sending, CancellationToken end)
    {
        try
        {
            await sending;
        }
        catch (Exception) when (end.IsCancellationRequested)
        {
            // The window is over.
        }
    }
}
