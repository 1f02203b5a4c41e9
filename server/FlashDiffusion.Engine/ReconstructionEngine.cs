using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Severity;
using FlashDiffusion.Engine.Telemetry;
using Microsoft.Extensions.Logging;

namespace FlashDiffusion.Engine;

/// <summary>
/// Reconstructs many pictures at once on one device. Requests go in and events come out as host data; everything between happens on
/// the device thread. Safe to use from any thread.
/// </summary>
internal sealed class ReconstructionEngine : IAsyncDisposable
{
    private readonly EngineOptions _options;
    private int _sessions;
    private bool _running;

    /// <param name="options">Options.</param>
    /// <param name="time">Clock.</param>
    /// <param name="telemetry">Where measurements go.</param>
    /// <param name="logger">Where events worth reading go.</param>
    public ReconstructionEngine(EngineOptions options, TimeProvider time, FlashDiffusionTelemetry telemetry, ILogger<ReconstructionEngine> logger)
    {
        _options = options;
        _ = (time, telemetry, logger);
    }

    /// <summary>Reconstructions that are accepted and unfinished.</summary>
    public int ActiveSessions => _sessions;

    /// <summary>Starts the device thread; until then everything is refused.</summary>
    public void Start() => (_running, _sessions) = (true, 0);

    /// <summary>Takes a request on, or refuses it at once.</summary>
    /// <param name="request">The request.</param>
    /// <returns>A session, or the reason against it.</returns>
    public Admission Submit(ReconstructionRequest request) => Admission.Refused(NotRunning());

    /// <summary>Looks at a measurement once.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public Task<DeviceAnswer<SeverityReport>> EstimateSeverityAsync(SeverityRequest request, CancellationToken cancellation) =>
        Task.FromResult(new DeviceAnswer<SeverityReport> { Rejection = NotRunning() });

    /// <summary>Degrades a clean picture.</summary>
    /// <param name="request">The request.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public Task<DeviceAnswer<DegradedPicture>> DegradeAsync(DegradeRequest request, CancellationToken cancellation) =>
        Task.FromResult(new DeviceAnswer<DegradedPicture> { Rejection = NotRunning() });

    /// <summary>Runs work that needs the device thread, such as loading a model, inside a dispose scope and without gradients.</summary>
    /// <typeparam name="T">What the work makes; tensors in it must have left the scope.</typeparam>
    /// <param name="work">The work; bounded, since all reconstructions wait meanwhile.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    public Task<DeviceAnswer<T>> RunAsync<T>(Func<T> work, CancellationToken cancellation)
        where T : class => Task.FromResult(new DeviceAnswer<T> { Rejection = NotRunning() });

    /// <summary>Runs a few steps of a synthetic request, so that the first real one finds warm kernels and a learned step time.</summary>
    /// <param name="request">A request like those to come.</param>
    /// <param name="cancellation">Gives up waiting.</param>
    /// <returns>The result, or why there is none.</returns>
    public Task<DeviceAnswer<ResultEvent>> WarmUpAsync(ReconstructionRequest request, CancellationToken cancellation) =>
        Task.FromResult(new DeviceAnswer<ResultEvent> { Rejection = NotRunning() });

    /// <summary>Refuses what is new and waits until everything accepted has ended.</summary>
    /// <param name="cancellation">Stops waiting; what is unfinished goes on.</param>
    public Task DrainAsync(CancellationToken cancellation) => _running ? Task.CompletedTask : Task.FromCanceled(cancellation);

    /// <summary>Ends the device thread; what is unfinished fails.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private Rejection NotRunning() => new(RejectionReason.Draining, $"The engine on {_options.Device} is not running.");
}
