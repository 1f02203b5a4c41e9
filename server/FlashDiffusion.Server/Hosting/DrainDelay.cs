using FlashDiffusion.Server.Configuration;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Hosting;

/// <summary>
/// Keeps the ports open for a while after the server was told to end: health checks say so by then, and a balancer that asks them now
/// and then sends nothing more when the ports close.
/// </summary>
internal sealed class DrainDelay(IOptions<ServerOptions> options, TimeProvider time) : IHostedLifecycleService, IDisposable
{
    private readonly CancellationTokenSource _closing = new();

    /// <summary>Cancelled when the ports are about to close: what only waits for news would keep them open to the end of the grace.</summary>
    public CancellationToken Closing => _closing.Token;

    // Before any hosted service stops, the one that holds the ports included.
    public async Task StoppingAsync(CancellationToken cancellationToken)
    {
        try
        {
            await Task.Delay(TimeSpan.FromSeconds(options.Value.DrainDelaySeconds), time, cancellationToken);
        }
        finally
        {
            await _closing.CancelAsync();
        }
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose() => _closing.Dispose();
}
