using System.Collections.Immutable;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Telemetry;
using Microsoft.Extensions.Logging;

namespace FlashDiffusion.Engine.Devices;

/// <summary>The devices of an engine, each with a thread of its own. Safe to use from any thread.</summary>
internal sealed class DeviceFleet : IDisposable
{
    private readonly ImmutableArray<DeviceWorker> _workers;
    private readonly FlashDiffusionTelemetry _telemetry;

    /// <param name="options">Options.</param>
    /// <param name="ends">How sessions end.</param>
    /// <param name="time">Clock.</param>
    /// <param name="telemetry">Where measurements go.</param>
    /// <param name="logger">Log.</param>
    public DeviceFleet(EngineOptions options, SessionEnds ends, TimeProvider time, FlashDiffusionTelemetry telemetry, ILogger logger)
    {
        _telemetry = telemetry;
        Names = DeviceNames.Of(options);
        Quarantine = new Quarantine();
        var waking = new WakingTime(time, TimeSpan.FromSeconds(options.StepLimitSeconds));
        Loops = [.. Names.Select((_, device) => new DeviceLoop(device, options, ends, time, telemetry, logger, Quarantine, waking))];
        _workers = [.. Loops.Select((loop, device) => new DeviceWorker(loop, Names[device], DeviceNames.Threads(options), options, waking, logger))];
        var moves = new SampleMoves(Loops);
        foreach (var (loop, worker) in Loops.Zip(_workers))
        {
            loop.Wake = worker.Wake;
            loop.Balance = () => moves.Consider(loop);
            worker.Hung = hung => Expel(hung);
        }

        CollectionPause.Expect(Loops.Length);
        telemetry.Observe(DeviceNames.Labels(Names), Loops);
    }

    /// <summary>Parts that hung and are called no more.</summary>
    public Quarantine Quarantine { get; }

    /// <summary>Told of a call that hung, before anybody whose reconstruction it took learns of it.</summary>
    public Action<HungCall> Hung { get; set; } = _ => { };

    /// <summary>Names of the devices.</summary>
    public ImmutableArray<string> Names { get; }

    /// <summary>What happens on each.</summary>
    public ImmutableArray<DeviceLoop> Loops { get; }

    /// <summary>What all of them have to do.</summary>
    public EngineLoad Load => Loops.Length == 1 ? Loops[0].Load : EngineLoad.Sum(Loops.Select(loop => loop.Load));

    /// <summary>Expected time until all that was accepted is done, be it still on its way to a device; null if unknown.</summary>
    public TimeSpan? Backlog => Loops.Select(loop => loop.Backlog).ToArray() is var each && each.All(backlog => backlog is not null) ? each.Max() : null;

    /// <summary>What is told to who is refused: the expected times until a place is free, and until all that was accepted is done; null where unknown.</summary>
    /// <param name="places">How many there are, all taken: where nothing is planned yet, each is free after its share of the whole.</param>
    public (TimeSpan? NextFree, TimeSpan? All) Queue(int places) => (Known(Load.NextFree ?? (Backlog / places)), Known(Backlog));

    /// <summary>The device with the least remaining work.</summary>
    public DeviceLoop Lightest() => Loops.Length == 1 ? Loops[0] : Loops.MinBy(loop => loop.Pressure)!;

    /// <summary>
    /// The device for work beside reconstructions whose numbers are to be the same wherever it runs: of those of the first one's kind the one with the least
    /// remaining work, such work included.
    /// </summary>
    public int ForShortWork() => Loops.Length == 1 ? 0 : Enumerable.Range(0, Loops.Length).Where(device => Loops[device].Kind == Loops[0].Kind).MinBy(device => Loops[device].FullPressure);

    /// <summary>
    /// The device for a request: the one with the least remaining work of those that can keep its deadline behind what they promised, since the rest waits for
    /// it; where none can, the one that comes nearest. For exact requests of those of the first one's kind, else their bits would depend on the load.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="left">Time until its deadline; null for none.</param>
    public DeviceLoop For(ReconstructionRequest request, TimeSpan? left) => Loops.Length == 1
        ? Loops[0]
        : Loops.Where(loop => request.Mode == ComputeMode.Fast || loop.Kind == Loops[0].Kind)
            .MinBy(loop => (left is { TotalSeconds: var seconds } && loop.Least.Of(request) is { } least && least > seconds ? least : 0, loop.Pressure))!;

    /// <summary>Starts the threads.</summary>
    public void Start()
    {
        foreach (var worker in _workers)
        {
            worker.Start();
        }
    }

    /// <summary>Wakes the threads, so that what was asked is seen at once.</summary>
    public void Wake()
    {
        foreach (var worker in _workers)
        {
            worker.Wake();
        }
    }

    /// <summary>Ends the threads; what is unfinished fails.</summary>
    public async Task StopAsync()
    {
        await Task.WhenAll(_workers.Select(worker => worker.StopAsync()));

        // One may have handed something to another that had ended already.
        foreach (var loop in Loops)
        {
            loop.Abort(DeviceWorker.ShuttingDown);
        }
    }

    /// <summary>A call hung. The same part would hang elsewhere too: what needs it ends on every device, before a fresh thread takes up the one where it did.</summary>
    /// <param name="hung">The call.</param>
    /// <param name="isFirst">False if its part is out of service already, and another thread was lost to it.</param>
    public void Expel(HungCall hung, bool isFirst = true)
    {
        _telemetry.RecordAbandoned(PartNames.KindOf(hung.Part), PartNames.NameOf(hung.Part));
        if (!isFirst)
        {
            return;
        }

        Hung(hung);
        foreach (var loop in Loops)
        {
            loop.Arrive(() => loop.Expel(hung.Part, hung.Failure), work: 0);
            loop.Wake();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var worker in _workers)
        {
            worker.Dispose();
        }
    }

    // Who refuses is not idle: a device that has just taken in what came has not reckoned with it yet.
    private static TimeSpan? Known(TimeSpan? time) => time > TimeSpan.Zero ? time : null;
}
