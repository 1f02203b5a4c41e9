using System.Collections.Frozen;
using System.Collections.Immutable;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Telemetry;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Xunit;
using static TorchSharp.torch;

namespace FlashDiffusion.Testing.Fakes;

/// <summary>The device loop without its thread: a test drives it tick by tick, in virtual time that passes only where networks are called.</summary>
internal sealed class EngineHarness : IDisposable
{
    private readonly TestMeterFactory _meters = new();
    private readonly SessionWatch _watch;
    private readonly DeviceClocks? _clocks;
    private long _lastId;

    /// <param name="options">Options; ten sessions if not said.</param>
    /// <param name="clocks">Clocks of devices that work at once; null for one clock that each unit of any device moves.</param>
    /// <param name="logger">Log; nowhere if null.</param>
    public EngineHarness(EngineOptions? options = null, DeviceClocks? clocks = null, ILogger? logger = null)
    {
        logger ??= NullLogger.Instance;
        set_num_threads(1);
        _clocks = clocks;
        Options = options ?? new EngineOptions { MaximumSessions = 10, Threads = 1 };
        Telemetry = new FlashDiffusionTelemetry(_meters);
        Ledger = new SessionLedger(Options.MaximumSessions, Telemetry, Clock);
        var ends = new SessionEnds(Ledger, Clock, Telemetry, logger);
        _watch = new SessionWatch(Options, ends, Clock);
        Loops = [.. DeviceNames.Of(Options).Select((_, device) => new DeviceLoop(device, Options, ends, Clock, Telemetry, logger, Quarantine))];
        Model = new FakeModel { Called = Called };
        Dear = new FakeOperatorFamily { StructuralKey = "dear", Applied = () => Pass(DearTime) };
    }

    public EngineOptions Options { get; }

    /// <summary>Parts that no device calls any more.</summary>
    public Quarantine Quarantine { get; } = new();

    public FakeClock Time { get; } = new();

    /// <summary>The clock that the devices go by.</summary>
    public TimeProvider Clock => _clocks as TimeProvider ?? Time;

    public FlashDiffusionTelemetry Telemetry { get; }

    public SessionLedger Ledger { get; }

    /// <summary>The first device, for most tests the only one.</summary>
    public DeviceLoop Loop => Loops[0];

    /// <summary>One loop a device of the options.</summary>
    public ImmutableArray<DeviceLoop> Loops { get; }

    public FakeModel Model { get; init; }

    public FakeSolver Solver { get; } = new();

    public FakeOperatorFamily Family { get; } = new();

    /// <summary>An operator that shares steps with <see cref="Family"/> and takes time.</summary>
    public FakeOperatorFamily Dear { get; }

    /// <summary>Virtual time that applying <see cref="Dear"/> takes, to however many rows.</summary>
    public TimeSpan DearTime { get; set; }

    /// <summary>Virtual time that a denoiser call takes.</summary>
    public TimeSpan StepTime { get; set; } = TimeSpan.FromMilliseconds(10);

    /// <summary>Virtual time that each row adds to it.</summary>
    public TimeSpan RowTime { get; set; }

    /// <summary>Virtual time that a decoder call takes.</summary>
    public TimeSpan DecodeTime { get; set; }

    /// <summary>Rows that the device has memory for.</summary>
    public int LargestBatch { get; set; } = int.MaxValue;

    /// <summary>Rows that the device has memory to decode at once.</summary>
    public int LargestDecode { get; set; } = int.MaxValue;

    /// <summary>Virtual time that an encoder call takes.</summary>
    public TimeSpan EncodeTime { get; set; }

    /// <summary>Told of each call of a network, by name.</summary>
    public Action<string> Calling { get; set; } = _ => { };

    /// <summary>The model as it is served.</summary>
    /// <param name="encoders">Its severity encoders.</param>
    public ServedModel Served(params FakeSeverityEncoder[] encoders) =>
        new(Model, encoders.ToFrozenDictionary(encoder => encoder.OperatorName, encoder => (ISeverityEncoder)encoder));

    /// <summary>A request that starts at a timestep and so takes one step more.</summary>
    public ReconstructionRequest Request(ulong seed, int startTimestep = 9, PictureShape? picture = null, float fill = 0.25f)
    {
        var shape = picture ?? new PictureShape(16, 16);
        var values = new float[shape.Elements];
        Array.Fill(values, fill);
        return new ReconstructionRequest
        {
            Model = Served(),
            Solver = Solver,
            SolverParameters = ParameterSet.Empty,
            Operator = new OperatorRequest(Family, FakeOperatorFamily.Spec(1 + (seed % 3)), 0.1),
            Measurement = HostTensor.Picture(values, shape),
            Picture = shape,
            Adaptation = new Adaptation { Mode = AdaptationMode.Fixed, StartTimestep = startTimestep },
            Seed = seed,
        };
    }

    /// <summary>Takes a request on as the engine would.</summary>
    public ReconstructionSession Submit(ReconstructionRequest request, int device = 0)
    {
        Assert.Null(Ledger.TryEnter(request.Caller));
        var session = new ReconstructionSession(++_lastId, request, Clock, () => { }) 
        {
            TooTight = () => Loops[device].Least.Refusal(request),
            LostBefore = () => Loops[device].Least.LostBefore(request),
        };
        _watch.Watch(session);
        Loops[device].Arrive(() => Loops[device].Starts.Begin(session));
        return session;
    }

    /// <summary>Ticks until there is nothing to do.</summary>
    /// <returns>Number of ticks that did something.</returns>
    public int RunUntilIdle()
    {
        for (var ticks = 0; ticks < 100_000; ticks++)
        {
            if (!Loops.Aggregate(false, (worked, loop) => loop.Tick() || worked))
            {
                return ticks;
            }
        }

        throw new InvalidOperationException("The loop never came to rest.");
    }

    /// <summary>Ticks so many times.</summary>
    public void Tick(int times)
    {
        for (var i = 0; i < times; i++)
        {
            Loop.Tick();
        }
    }

    /// <summary>Events that a session's reader would find now.</summary>
    public static async Task<List<SessionEvent>> EventsAsync(ReconstructionSession session)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(120));
        var events = new List<SessionEvent>();
        await foreach (var happened in session.ReadEventsAsync(timeout.Token))
        {
            events.Add(happened);
        }

        return events;
    }

    /// <summary>The result of a session that has completed.</summary>
    public static async Task<ResultEvent> ResultAsync(ReconstructionSession session) =>
        Assert.IsType<ResultEvent>((await EventsAsync(session))[^1]);

    /// <summary>The failure of a session that has failed.</summary>
    public static async Task<Failure> FailureAsync(ReconstructionSession session) =>
        Assert.IsType<FailedEvent>((await EventsAsync(session))[^1]).Failure;

    private void Called(string network, int rows)
    {
        Calling(network);
        if (rows > LargestBatch || (network == nameof(FakeModel.Decode) && rows > LargestDecode))
        {
            throw new FakeNativeException("[enforce fail at alloc_cpu.cpp:118] DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 bytes.");
        }

        Pass(network switch
        {
            nameof(FakeModel.Denoise) => StepTime + (rows * RowTime),
            nameof(FakeModel.Decode) => DecodeTime,
            nameof(FakeModel.Encode) => EncodeTime,
            _ => TimeSpan.Zero,
        });
    }

    private void Pass(TimeSpan takes)
    {
        if (_clocks is null)
        {
            Time.Advance(takes);
        }
        else
        {
            _clocks.Advance(takes);
        }
    }

    public void Dispose()
    {
        foreach (var loop in Loops)
        {
            loop.Dispose();
        }

        Telemetry.Dispose();
        _meters.Dispose();
    }
}
