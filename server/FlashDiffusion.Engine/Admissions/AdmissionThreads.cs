using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Telemetry;
using Microsoft.Extensions.Logging;

namespace FlashDiffusion.Engine.Admissions;

/// <summary>
/// Where requests are read and checked: each on a thread of its own, since a plan of a plugin may never come back, and the threads of the pool serve
/// everybody. A plan that hangs is given up as on a device: its caller is told, and what hung is called no more. Safe to use from any thread.
/// </summary>
internal sealed class AdmissionThreads : IDisposable
{
    /// <summary>Name of its threads, where a device has its own.</summary>
    public const string Name = "admission";

    private const int SmallestNumber = 8;

    // Plans take milliseconds. What takes so much longer keeps nobody from being looked at, whether it comes back or not.
    private static readonly TimeSpan LongestPlace = TimeSpan.FromSeconds(5);

    // Never disposed of, and without a handle that would need it: a thread that was given up may come back after the end, and leaves its place then.
    private readonly SemaphoreSlim _places = new(Math.Max(SmallestNumber, Environment.ProcessorCount));
    private readonly ConcurrentDictionary<AdmissionCall, bool> _running = new();
    private readonly Quarantine _quarantine;
    private readonly WakingTime _waking;
    private readonly FlashDiffusionTelemetry _telemetry;
    private readonly ILogger _logger;
    private readonly Action<HungCall, bool> _hung;
    private ITimer? _watchdog;

    /// <param name="options">Options.</param>
    /// <param name="quarantine">Parts that are called no more.</param>
    /// <param name="time">Clock and timers.</param>
    /// <param name="telemetry">Counts what failed.</param>
    /// <param name="logger">Log.</param>
    /// <param name="hung">Told of a call that hung before its caller is, and whether it is the first one of its part.</param>
    public AdmissionThreads(EngineOptions options, Quarantine quarantine, TimeProvider time, FlashDiffusionTelemetry telemetry, ILogger logger, Action<HungCall, bool> hung)
    {
        _waking = new WakingTime(time, TimeSpan.FromSeconds(options.StepLimitSeconds));
        (_quarantine, _telemetry, _logger, _hung) = (quarantine, telemetry, logger, hung);
    }

    /// <summary>Begins to look for calls that hang.</summary>
    public void Start() => _watchdog = _waking.Watch(Look);

    /// <summary>Runs what asks for plans by <see cref="Plans"/>.</summary>
    /// <typeparam name="T">What comes of it.</typeparam>
    /// <param name="work">The work; nothing of the caller's is done after it has come to nothing.</param>
    /// <param name="lease">Disposed of if it comes to nothing, as soon as none of its code runs any more; null for none.</param>
    /// <param name="gone">Cancelled when nobody waits any more: what waits for a thread then is let go at once, with all that it holds.</param>
    /// <returns>What came of it; or why a plan failed.</returns>
    public async Task<DeviceAnswer<T>> RunAsync<T>(Func<T> work, IDisposable? lease = null, CancellationToken gone = default)
        where T : class
    {
        var place = _places.WaitAsync(gone);
        await ((Task)place).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        if (place.IsCanceled)
        {
            lease?.Dispose();
            return new DeviceAnswer<T> { Failure = SessionEnds.Cancelled };
        }

        var answer = new TaskCompletionSource<DeviceAnswer<T>>(TaskCreationOptions.RunContinuationsAsynchronously);
        var call = new AdmissionCall(_quarantine, _waking, failure => answer.TrySetResult(new DeviceAnswer<T> { Failure = failure }), () => _places.Release());
        _running.TryAdd(call, true);
        new Thread(() => Run(call, work, lease, answer)) { IsBackground = true, Name = Name }.Start();
        return await answer.Task;
    }

    /// <summary>
    /// Checks a request, on a thread of its own even where its reader has just come from one: the engine checks whatever it is given, since warm-ups, benchmarks
    /// and tests come by no reader, and the lease has one owner at a time. Plans are pure and cheap, so that asking twice is.
    /// </summary>
    /// <typeparam name="T">What would be answered.</typeparam>
    /// <param name="check">Finds what is wrong with it.</param>
    /// <param name="refused">Counts a refusal.</param>
    /// <param name="lease">Disposed of if it is refused; null for none.</param>
    /// <returns>The refusal; null if there is nothing against it.</returns>
    public async Task<DeviceAnswer<T>?> CheckAsync<T>(Func<ImmutableArray<FieldViolation>> check, Func<Rejection, Rejection> refused, IDisposable? lease = null)
        where T : class
    {
        var answer = await RunAsync(() => new StrongBox<ImmutableArray<FieldViolation>>(check()), lease);
        if (answer.Value is not { Value: var violations })
        {
            return new DeviceAnswer<T> { Failure = answer.Failure };
        }

        if (violations.IsEmpty)
        {
            return null;
        }

        lease?.Dispose();
        return new DeviceAnswer<T> { Rejection = refused(new Rejection(RejectionReason.Invalid, violations[0].Description) { Violations = violations }) };
    }

    /// <inheritdoc/>
    public void Dispose() => _watchdog?.Dispose();

    private void Run<T>(AdmissionCall call, Func<T> work, IDisposable? lease, TaskCompletionSource<DeviceAnswer<T>> answer)
        where T : class
    {
        try
        {
            var made = Plans.Within(call, work);
            answer.TrySetResult(new DeviceAnswer<T> { Value = made });
        }
        catch (CallAbandonedException)
        {
            lease?.Dispose();
            Log.ThreadReturned(_logger, Name);
        }
        catch (PartFailedException failed)
        {
            lease?.Dispose();
            Tell(call, failed.Failure);
            answer.TrySetResult(new DeviceAnswer<T> { Failure = failed.Failure });
        }
        catch (Exception exception)
        {
            lease?.Dispose();
            answer.TrySetException(exception);
        }
        finally
        {
            _running.TryRemove(call, out _);
            call.Leave();
        }
    }

    private void Look()
    {
        foreach (var call in _running.Keys)
        {
            if (call.Away > LongestPlace)
            {
                call.Leave();
            }

            if (_waking.Limit <= TimeSpan.Zero || call.TryAbandon(_waking.Limit) is not { } abandoned)
            {
                continue;
            }

            var isFirst = _quarantine.Add(abandoned.Part);
            var hung = new HungCall(abandoned.Part, abandoned.Work, Name, _waking.Limit);
            Log.ThreadAbandoned(_logger, PartNames.WordsOf(abandoned.Part), Name, hung.Reason);
            _hung(hung, isFirst);
            Tell(call, hung.Failure);
            call.Strand(hung.Failure);
        }
    }

    // The one line and the one count of it: whoever tells the caller knows neither what was thrown nor that it was a plan.
    private void Tell(AdmissionCall call, Failure failure)
    {
        using var traced = LogContext.Of(call.Parent);
        Log.PlanFailed(_logger, failure.Cause, failure.Message);
        _telemetry.RecordRejection(RejectionReason.PlanFailed);
    }
}
