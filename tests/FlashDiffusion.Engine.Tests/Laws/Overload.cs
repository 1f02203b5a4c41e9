using System.Collections.Immutable;
using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Testing.Fakes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Time.Testing;

namespace FlashDiffusion.Engine.Tests.Laws;

/// <summary>
/// An engine with its thread in virtual time, which passes in networks only, and requests that arrive while it does: two thirds of them from one of
/// three callers.
/// </summary>
internal sealed class Overload : IAsyncDisposable
{
    private const int Requests = 900;
    private const int MostSteps = 20;
    private const int Rows = 4;
    private static readonly TimeSpan Base = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan PerRow = TimeSpan.FromMilliseconds(1);
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(2);
    private static readonly TimeSpan Decode = TimeSpan.FromMilliseconds(3);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private readonly EngineHarness _fakes = new();
    private readonly FakeTimeProvider _time = new();
    private readonly LawSolver _solver = new() { IsUniform = true };
    private readonly FakeModel _model;
    private readonly ReconstructionEngine _engine;
    private readonly ImmutableArray<(double At, int Steps, string Caller)> _arrivals;
    private readonly List<ReconstructionSession> _sessions = [];
    private readonly TaskCompletionSource<double> _over = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _began;
    private int _next;

    /// <param name="policy">Name of the policy.</param>
    /// <param name="seed">Seed of arrivals and lengths.</param>
    /// <param name="stepsPerSecond">Steps that the arriving requests need in a second; null if all are there at the start.</param>
    public Overload(string policy, int seed, double? stepsPerSecond)
    {
        var random = new Random(seed);
        var (now, all) = (0.0, ImmutableArray.CreateBuilder<(double At, int Steps, string Caller)>());
        for (var i = 0; i < (stepsPerSecond is null ? Requests / 3 : Requests); i++)
        {
            var steps = 1 + random.Next(MostSteps);
            all.Add((now, steps, random.Next(6) switch { 0 => "calm", 1 => "third", _ => "flood" }));
            // Time passes in networks only: were the first done before the second comes, none would come ever.
            now += stepsPerSecond is { } rate && i >= 2 * Rows ? -Math.Log(1 - random.NextDouble()) * (1 + MostSteps) / 2 / rate : 0;
        }

        _arrivals = all.ToImmutable();
        _model = new FakeModel { Called = Called };
        _engine = new ReconstructionEngine(
            new EngineOptions { MaximumSessions = stepsPerSecond is null ? Requests : 16, MaximumBatch = Rows, Threads = 1, Policy = policy },
            _time,
            _fakes.Telemetry,
            NullLogger<ReconstructionEngine>.Instance);
        _engine.Start();
    }

    /// <summary>
    /// Steps a second without waste: full batches, looks in twos, decodes one by one.
    /// </summary>
    public static double Ideal => 1 / (((Base + (Rows * PerRow)).TotalSeconds / Rows) + (((Look / 2) + Decode).TotalSeconds * 2 / (1 + MostSteps)));

    /// <summary>Requests sent.</summary>
    public int Sent => _arrivals.Length;

    /// <summary>Requests that ended with a result.</summary>
    public long Completed => _engine.Ledger.Ended(SessionOutcome.Completed) - Rows;

    /// <summary>Steps a second of those that were done when the last one arrived.</summary>
    public double Goodput { get; private set; }

    /// <summary>What was refused.</summary>
    public List<Rejection> Refusals { get; } = [];

    /// <summary>Steps a second that an engine does with everything before it.</summary>
    public static async Task<double> CapacityAsync(string policy, int seed)
    {
        await using var run = new Overload(policy, seed, null);
        await run.RunAsync();
        return run._arrivals.Sum(arrival => (double)arrival.Steps) / run.Seconds;
    }

    private double Seconds => _time.GetElapsedTime(_began).TotalSeconds;

    /// <summary>Sends all and waits for their ends.</summary>
    public async Task RunAsync()
    {
        // What a step takes is known from the start, as after a warm-up.
        await _engine.WarmUpAsync(0, Request(4, ""), Rows, true, CancellationToken.None).WaitAsync(Patience);
        _began = _time.GetTimestamp();
        await _engine.MaintainAsync(0, () => $"{Send()}").WaitAsync(Patience);
        Goodput = await _over.Task.WaitAsync(Patience);
        await _engine.DrainAsync(CancellationToken.None).WaitAsync(Patience);
    }

    public async ValueTask DisposeAsync()
    {
        await _engine.DisposeAsync();
        _fakes.Dispose();
    }

    // On the device thread, so that nothing arrives but when it is due.
    private void Called(string network, int rows)
    {
        _time.Advance(network switch
        {
            nameof(FakeModel.Denoise) => Base + (rows * PerRow),
            nameof(FakeModel.Decode) => Decode,
            _ => Look,
        });
        if (_next > 0)
        {
            Send();
        }
    }

    private int Send()
    {
        for (; _next < _arrivals.Length && _arrivals[_next].At <= Seconds; _next++)
        {
            var admission = _engine.Submit(Request(_arrivals[_next].Steps, _arrivals[_next].Caller));
            if (admission.IsAccepted)
            {
                _sessions.Add(admission.Session);
            }
            else
            {
                Refusals.Add(admission.Rejection!);
            }
        }

        if (_next == _arrivals.Length)
        {
            _over.TrySetResult(_sessions.Where(session => session.HasEnded).Sum(session => (double)session.Request.Sampling.DdimSteps) / Seconds);
        }

        return _next;
    }

    private ReconstructionRequest Request(int steps, string caller)
    {
        var request = _fakes.Request(seed: 1, picture: new PictureShape(8, 8));
        return request with
        {
            Model = request.Model with { Model = _model },
            Solver = _solver,
            Operator = null,
            Adaptation = new Adaptation { Mode = AdaptationMode.Full },
            Sampling = new SamplingSpec(SamplerKind.Ddim, steps),
            Caller = new CallerKey(caller),
        };
    }
}
