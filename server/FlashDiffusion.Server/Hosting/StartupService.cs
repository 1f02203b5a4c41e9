namespace FlashDiffusion.Server.Hosting;

/// <summary>
/// Makes the server ready while its ports already answer: liveness is up and everything else says that it is starting.
/// </summary>
internal sealed class StartupService(
    EngineStart start, ServingState state, HealthBoard health, Shutdown shutdown, StartSummary summary, IHostApplicationLifetime lifetime, ILogger<StartupService> logger)
    : BackgroundService
{
    /// <summary>Whether the start failed, so that the process ends with an error.</summary>
    public bool Failed { get; private set; }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        _ = shutdown;
        health.Update();
        try
        {
            // Hosted services start before the ports are open: a port that is taken must be noticed before the device is touched.
            await OpenPortsAsync(stoppingToken);
            if (await start.RunAsync(stoppingToken) is not { } context)
            {
                Fail();
                return;
            }

            state.Publish(context);
            health.Update();
            Log.Ready(logger, summary.Of(context));
            foreach (var lacking in state.Lacking)
            {
                Log.NotReady(logger, lacking);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Told to end while starting.
        }
#pragma warning disable CA1031 // Whatever a start throws ends the process with a message instead of leaving it half started.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Log.StartFailed(logger, exception.Message, exception);
            Fail();
        }
    }

    private async Task OpenPortsAsync(CancellationToken stoppingToken)
    {
        var open = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var started = lifetime.ApplicationStarted.Register(open.SetResult);
        await open.Task.WaitAsync(stoppingToken);
    }

    private void Fail()
    {
        Failed = true;
        lifetime.StopApplication();
    }
}
