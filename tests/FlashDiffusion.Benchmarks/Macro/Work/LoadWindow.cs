using System.Diagnostics;
using FlashDiffusion.Client;
using Grpc.Core;

namespace FlashDiffusion.Benchmarks.Macro.Work;

/// <summary>
/// Load on a server for a while, of which the middle counts: by then every place is taken, and what is under way at the end is let go. A
/// request ends with its result, or with a refusal that says when to come again; any other end fails the run.
/// </summary>
/// <param name="client">The server.</param>
/// <param name="pictures">Sent in turns.</param>
/// <param name="ramp">Time that does not count yet.</param>
/// <param name="length">Time that counts.</param>
internal sealed class LoadWindow(FlashClient client, IReadOnlyList<Assignment> pictures, TimeSpan ramp, TimeSpan length)
{
    private readonly long _began = Stopwatch.GetTimestamp();
    private int _sent;
    private int _finished;
    private int _refused;

    /// <summary>Results within the time that counts.</summary>
    public int Finished => _finished;

    /// <summary>Refusals within that time.</summary>
    public int Refused => _refused;

    /// <summary>Pictures a second.</summary>
    public double Rate => _finished / length.TotalSeconds;

    /// <summary>So many callers, each of which sends one picture after the other.</summary>
    public async Task ClosedAsync(int callers, CancellationToken cancellation)
    {
        using var end = End(cancellation);
        await Task.WhenAll(Enumerable.Range(0, callers).Select(async _ =>
        {
            while (!end.IsCancellationRequested)
            {
                await SendAsync(end.Token);
            }
        }));
        cancellation.ThrowIfCancellationRequested();
    }

    /// <summary>Requests at random times, whatever became of those before.</summary>
    /// <param name="perSecond">Requests a second.</param>
    /// <param name="seed">Of the times.</param>
    /// <param name="cancellation">Ends it.</param>
    public async Task OpenAsync(double perSecond, ulong seed, CancellationToken cancellation)
    {
        using var end = End(cancellation);
        var sent = new List<Task>();
        // More than fit into the time.
        foreach (var arrival in Arrivals.Poisson((int)Math.Ceiling(2 * perSecond * (ramp + length).TotalSeconds), 1 / perSecond, seed))
        {
            var wait = TimeSpan.FromSeconds(arrival) - Stopwatch.GetElapsedTime(_began);
            if (wait > TimeSpan.Zero)
            {
                await Task.Delay(wait, end.Token).ContinueWith(static _ => { }, TaskScheduler.Default);
            }

            if (end.IsCancellationRequested)
            {
                break;
            }

            sent.Add(SendAsync(end.Token));
        }

        await Task.WhenAll(sent);
        cancellation.ThrowIfCancellationRequested();
    }

    private CancellationTokenSource End(CancellationToken cancellation)
    {
        var end = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        end.CancelAfter(ramp + length - Stopwatch.GetElapsedTime(_began));
        return end;
    }

    private async Task SendAsync(CancellationToken end)
    {
        try
        {
            await Caller.RunAsync(client, pictures[Interlocked.Increment(ref _sent) % pictures.Count], end);
            Count(ref _finished);
        }
        catch (FlashException refusal) when (refusal is { Code: StatusCode.ResourceExhausted, RetryAfter: not null, PushBack: not null })
        {
            Count(ref _refused);
        }
        catch (Exception) when (end.IsCancellationRequested)
        {
            // It was under way.
        }
    }

    private void Count(ref int counter)
    {
        if (Stopwatch.GetElapsedTime(_began) is var now && now >= ramp && now < ramp + length)
        {
            Interlocked.Increment(ref counter);
        }
    }
}
