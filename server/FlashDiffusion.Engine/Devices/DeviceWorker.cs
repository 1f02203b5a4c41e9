using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Telemetry;
using Microsoft.Extensions.Logging;
using TorchSharp;

namespace FlashDiffusion.Engine.Devices;

/// <summary>
/// The thread of a device: one plain, synchronous thread, because dispose scopes, gradient mode and the number of OpenMP threads are
/// per thread. It sleeps only when there is nothing to do. A watchdog looks whether a call of foreign code hangs; the thread can't be ended then, so it is
/// left to itself and another one takes its place.
/// </summary>
/// <param name="loop">What it runs.</param>
/// <param name="device">Name of the device.</param>
/// <param name="threads">Threads that one operation may use; 0 leaves the library's choice.</param>
/// <param name="options">Options.</param>
/// <param name="waking">Clock of the watchdog, and of the loop's calls of foreign code.</param>
/// <param name="logger">Log.</param>
internal sealed class DeviceWorker(DeviceLoop loop, string device, int threads, EngineOptions options, WakingTime waking, ILogger logger) : IDisposable
{
    // After the grace there is nothing left to wait for: what a unit that is under way would have given was handed off before.
    private static readonly TimeSpan LastWait = TimeSpan.FromSeconds(3);

    private readonly AutoResetEvent _wake = new(false);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private ITimer? _watchdog;
    private volatile bool _stopping;

    /// <summary>How sessions end that the thread's end finds unfinished.</summary>
    public static Failure ShuttingDown { get; } = new(SessionOutcome.Rejected, "SHUTTING_DOWN", "The server is shutting down.");

    /// <summary>Told of a call that hung, before anybody whose reconstruction it took learns of it.</summary>
    public Action<HungCall> Hung { get; set; } = _ => { };

    /// <summary>Starts the thread.</summary>
    public void Start()
    {
        NativeTuning.Apply();
        StartThread();
        // Without a limit too: somebody has to look at the clock that units are measured by.
        _watchdog = waking.Watch(Look);
    }

    /// <summary>Says that there may be something to do; after the end nobody cares.</summary>
    public void Wake()
    {
        try
        {
            _wake.Set();
        }
        catch (ObjectDisposedException)
        {
            // Whoever holds a session may cancel it at any time.
        }
    }

    /// <summary>Ends the thread; what is unfinished fails. A call of foreign code that does not end within three seconds is left to itself, whatever limit calls have.</summary>
    public async Task StopAsync()
    {
        _stopping = true;
        _wake.Set();
        while (!_ended.Task.IsCompleted)
        {
            try
            {
                await _ended.Task.WaitAsync(LastWait, waking);
            }
            catch (TimeoutException)
            {
                Leave();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _watchdog?.Dispose();
        _wake.Dispose();
    }

    private void StartThread() => new Thread(Run) { IsBackground = true, Name = $"device {device}" }.Start();

    private void Look()
    {
        if (waking.Limit <= TimeSpan.Zero || loop.TryAbandon(waking.Limit) is not { } call)
        {
            return;
        }

        var hung = new HungCall(call.Part, call.Work, device, waking.Limit);
        Log.ThreadAbandoned(logger, PartNames.WordsOf(call.Part), device, hung.Reason);
        loop.GiveUp(call, hung.Failure);
        Hung(hung);
        StartThread();
    }

    private void Leave()
    {
        if (loop.TryAbandon(LastWait) is { } call)
        {
            Log.ThreadLeft(logger, PartNames.WordsOf(call.Part), device);
            loop.GiveUp(call, ShuttingDown);
            StartThread();
        }
    }

    private void Run()
    {
        // The number belongs to the thread that sets it, but the first operation of a thread takes over what any thread set last: asking for
        // the number is such an operation.
        _ = torch.get_num_threads();
        if (threads > 0)
        {
            torch.set_num_threads(threads);
        }

        Log.Started(logger, device, options.MaximumBatch, torch.get_num_threads());
        try
        {
            Loop();
        }
        catch (CallAbandonedException abandoned)
        {
            abandoned.Call.Stake.Bury();
            Log.ThreadReturned(logger, device);
        }
    }

    private void Loop()
    {
        while (!_stopping)
        {
            try
            {
                if (!loop.Tick())
                {
                    _wake.WaitOne();
                }
            }
            catch (Exception exception) when (exception is not CallAbandonedException)
            {
                Log.ThreadFailed(logger, exception, device);
                loop.Abort(new Failure(SessionOutcome.DeviceFailed, "DEVICE_FAULT", "The device loop failed; the reconstruction may be sent again.") { Cause = exception });
            }
        }

        loop.Abort(ShuttingDown);
        loop.Dispose();
        Log.Ended(logger, device);
        _ended.TrySetResult();
    }
}
