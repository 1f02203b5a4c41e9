using FlashDiffusion.Benchmarks.Macro.Work;
using FlashDiffusion.Client;
using Grpc.Core;

namespace FlashDiffusion.Benchmarks.Macro.Floods;

/// <summary>A caller that sends far more than it may have, and takes no notice of refusals.</summary>
/// <param name="client">The caller.</param>
/// <param name="picture">What it sends again and again.</param>
/// <param name="interval">Time from one request to the next, whatever became of those before.</param>
internal sealed class Flood(FlashClient client, Assignment picture, TimeSpan interval)
{
    private int _refused;
    private int _letIn;
    private int _finished;

    /// <summary>Requests that were refused for its quota.</summary>
    public int Refused => _refused;

    /// <summary>Requests that were not: they had their plan, whatever became of them.</summary>
    public int LetIn => _letIn;

    /// <summary>Requests that ended with a result.</summary>
    public int Finished => _finished;

    /// <summary>Sends until it is told to end; what runs then is cancelled.</summary>
    public async Task RunAsync(CancellationToken end)
    {
        var sent = new List<Task>();
        using var timer = new PeriodicTimer(interval);
        try
        {
            while (await timer.WaitForNextTickAsync(end))
            {
                sent.Add(SendAsync(end));
            }
        }
        catch (OperationCanceledException)
        {
            // That is how it ends.
        }

        await Task.WhenAll(sent);
    }

    private async Task SendAsync(CancellationToken end)
    {
        try
        {
            await Caller.RunAsync(client, picture, end, _ => Interlocked.Increment(ref _letIn));
            Interlocked.Increment(ref _finished);
        }
        catch (FlashException refusal) when (refusal.Code == StatusCode.ResourceExhausted)
        {
            Interlocked.Increment(ref _refused);
        }
        catch (Exception) when (end.IsCancellationRequested)
        {
            // It was under way.
        }
    }
}
