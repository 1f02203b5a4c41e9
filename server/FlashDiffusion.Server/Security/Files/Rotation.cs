using FlashDiffusion.Server.Configuration;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Security.Files;

/// <summary>
/// Looks at the files of certificates and keys now and then. By their bytes, since mounted secrets change by links that file watchers
/// do not see everywhere.
/// </summary>
internal sealed class Rotation(IEnumerable<IRotating> rotating, IOptions<TlsOptions> options, TimeProvider time) : BackgroundService
{
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var all = rotating.ToArray();
        if (all.Length == 0)
        {
            return;
        }

        using var timer = new PeriodicTimer(TimeSpan.FromSeconds(options.Value.ReloadSeconds), time);
        while (await timer.WaitForNextTickAsync(stoppingToken).AsTask().ContinueWith(static tick => tick.IsCompletedSuccessfully && tick.Result, TaskScheduler.Default))
        {
            foreach (var item in all)
            {
                item.Refresh();
            }
        }
    }
}
