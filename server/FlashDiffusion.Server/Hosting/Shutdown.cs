using FlashDiffusion.Server.Configuration;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Hosting;

/// <summary>
/// The order of an end: not ready and refusing what is new at once, then a grace for what runs, then cancellation with UNAVAILABLE.
/// </summary>
internal sealed class Shutdown : IDisposable
{
    private readonly CancellationTokenSource _forced = new();
    private readonly CancellationTokenRegistration _registration;
    private ITimer? _grace;

    public Shutdown(IHostApplicationLifetime lifetime, ServingState state, HealthBoard health, IOptions<ServerOptions> options, TimeProvider time, ILogger<Shutdown> logger)
    {
        _registration = lifetime.ApplicationStopping.Register(() =>
        {
            state.Drain();
            health.Update();
            var running = state.Context?.Engine.ActiveSessions ?? 0;
            var grace = TimeSpan.FromSeconds(options.Value.DrainDelaySeconds + options.Value.ShutdownGraceSeconds);
            Log.Draining(logger, running, grace.TotalSeconds);
            _grace = time.CreateTimer(static source => ((CancellationTokenSource)source!).Cancel(), _forced, grace, Timeout.InfiniteTimeSpan);
        });
    }

    /// <summary>Cancelled when the grace is over.</summary>
    public CancellationToken Forced => _forced.Token;

    public void Dispose()
    {
        _registration.Dispose();
        _grace?.Dispose();
        _forced.Dispose();
    }
}
