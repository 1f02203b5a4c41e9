using FlashDiffusion.Engine.Telemetry;
using FlashDiffusion.Server.Security.Files;

namespace FlashDiffusion.Server.Security.Transport;

/// <summary>Says before and after its end that the server's certificate is none any more, at the start and twice a day.</summary>
internal sealed class CertificateWatch : BackgroundService
{
    // As in deploy/prometheus/alerts.yaml. Authorities renew with a third of the time left; certificates that live for days would be warned of all their life by days.
    private const double ShareLeft = 0.1;
    private static readonly TimeSpan MostLeft = TimeSpan.FromDays(14);
    private static readonly TimeSpan Between = TimeSpan.FromHours(12);

    private readonly Rotating<TlsIdentity> _identity;
    private readonly TimeProvider _time;
    private readonly ILogger<CertificateWatch> _logger;

    public CertificateWatch(Rotating<TlsIdentity> identity, FlashDiffusionTelemetry telemetry, TimeProvider time, ILogger<CertificateWatch> logger)
    {
        (_identity, _time, _logger) = (identity, time, logger);
        telemetry.ObserveCertificate(() => identity.Current.Begins.ToUnixTimeSeconds(), () => identity.Current.Ends.ToUnixTimeSeconds());
    }

    /// <summary>A certificate that has ended is not taken over one that holds.</summary>
    public static Rotating<TlsIdentity>.Objection ObjectionOf(TimeProvider time) => (current, next) =>
        next.Ends <= time.GetUtcNow() && time.GetUtcNow() < current.Ends ? FormattableString.Invariant($"the new certificate ended at {next.Ends:u}, and the one before holds until {current.Ends:u}.") : null;

    /// <summary>Looks at the certificate that is in use.</summary>
    public void Look()
    {
        var (now, used) = (_time.GetUtcNow(), _identity.Current);
        var left = used.Ends - now;
        if (left <= TimeSpan.Zero)
        {
            Log.CertificateEnded(_logger, used.Ends);
        }
        else if (left < MostLeft && left < ShareLeft * (used.Ends - used.Begins))
        {
            Log.CertificateEnds(_logger, left.TotalHours, used.Ends);
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Between, _time);
        do
        {
            Look();
        }
        while (await timer.WaitForNextTickAsync(stoppingToken).AsTask().ContinueWith(static tick => tick.IsCompletedSuccessfully && tick.Result, TaskScheduler.Default));
    }
}
