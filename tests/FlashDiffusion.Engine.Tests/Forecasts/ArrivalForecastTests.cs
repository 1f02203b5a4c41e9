using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Engine.Tests.Forecasts;

/// <summary>What the first event says in virtual time, where each row makes a step longer.</summary>
public sealed class ArrivalForecastTests : IDisposable
{
    private const int Steps = 50;
    private const double Alone = Steps * 0.015;

    private readonly EngineHarness _harness = new(new EngineOptions { MaximumSessions = 1000, Threads = 1 }) { StepTime = TimeSpan.FromMilliseconds(10), RowTime = TimeSpan.FromMilliseconds(5) };
    private ulong _seed;

    public ArrivalForecastTests()
    {
        // What steps of one to four rows take.
        for (var rows = 1; rows <= 4; rows++)
        {
            for (var i = 0; i < rows; i++)
            {
                _harness.Submit(_harness.Request(++_seed, startTimestep: 1));
            }

            _harness.RunUntilIdle();
            _harness.Time.Advance(TimeSpan.FromHours(1));
        }

        // Of those few, others have joined at the same moment only; nothing of them counts an hour later.
        _harness.Time.Advance(TimeSpan.FromHours(1));
    }

    [Fact]
    public async Task Eta_OneCallerAtATime_IsAsIfNobodyCame()
    {
        for (var i = 0; i < 30; i++)
        {
            Assert.Equal(Alone, await EtaAsync(Run()), 1e-3);
        }
    }

    [Fact]
    public async Task Eta_WhileOthersComeAndGo_IsNearerToWhatItTakes()
    {
        Come(60);
        var began = _harness.Time.GetTimestamp();
        var session = Begin();
        Come(20, until: session);
        var took = _harness.Time.GetElapsedTime(began).TotalSeconds;
        var eta = await EtaAsync(session);
        Assert.InRange(took, 1.2 * Alone, 3 * Alone);
        Assert.InRange(eta, took * 0.85, took * 1.15);
    }

    [Fact]
    public async Task Eta_LongAfterAFlood_IsAsIfNobodyCame()
    {
        Come(50);
        _harness.RunUntilIdle();
        _harness.Time.Advance(TimeSpan.FromHours(1));
        Assert.Equal(Alone, await EtaAsync(Run()), 1e-3);
    }

    [Fact]
    public async Task Eta_MoreComesThanIsDone_IsFiniteAndAfterItsOwnWork()
    {
        Come(60, every: TimeSpan.FromMilliseconds(1));
        var session = Begin();
        _harness.RunUntilIdle();
        Assert.InRange(await EtaAsync(session), Alone, 60);
    }

    [Fact]
    public async Task Eta_WithADeadline_IsAtTheLatestThen()
    {
        Come(60);
        var session = _harness.Submit(_harness.Request(++_seed, startTimestep: Steps - 1) with { Deadline = _harness.Time.GetUtcNow() + TimeSpan.FromSeconds(2 * Alone) });
        _harness.RunUntilIdle();
        Assert.InRange(await EtaAsync(session), Alone, 2 * Alone);
    }

    [Fact]
    public async Task Eta_OfProgress_ComesDownFromTheFirst()
    {
        Come(60);
        var session = _harness.Submit(_harness.Request(++_seed, startTimestep: Steps - 1) with { Progress = new ProgressOptions { EverySteps = 1 } });
        _harness.Tick(3);
        session.Cancel();
        _harness.RunUntilIdle();
        var events = await EngineHarness.EventsAsync(session);
        var first = Assert.IsType<AcceptedEvent>(events[0]).Eta!.Value.TotalSeconds;
        Assert.InRange(first, 1.1 * Alone, 3 * Alone);
        Assert.InRange(Assert.IsType<ProgressEvent>(events[1]).Eta!.Value.TotalSeconds, 0.85 * first, first);
    }

    public void Dispose()
    {
        _harness.RunUntilIdle();
        _harness.Dispose();
    }

    private static async Task<double> EtaAsync(ReconstructionSession session)
    {
        await foreach (var happened in session.ReadEventsAsync(CancellationToken.None))
        {
            return Assert.IsType<AcceptedEvent>(happened).Eta!.Value.TotalSeconds;
        }

        throw new InvalidOperationException("No event.");
    }

    private ReconstructionSession Begin() => _harness.Submit(_harness.Request(++_seed, startTimestep: Steps - 1));

    private ReconstructionSession Run()
    {
        var session = Begin();
        _harness.RunUntilIdle();
        return session;
    }

    // Twenty steps each, so that one or two are under way at a time.
    private void Come(int count, TimeSpan? every = null, ReconstructionSession? until = null)
    {
        var next = _harness.Time.GetTimestamp();
        for (var i = 0; i < count && until?.HasEnded != true; i++)
        {
            next += (long)((every ?? TimeSpan.FromMilliseconds(300)).TotalSeconds * _harness.Time.TimestampFrequency);
            while (_harness.Time.GetTimestamp() < next && until?.HasEnded != true)
            {
                if (!_harness.Loop.Tick())
                {
                    _harness.Time.Advance(TimeSpan.FromMilliseconds(5));
                }
            }

            if (until?.HasEnded != true)
            {
                _harness.Submit(_harness.Request(++_seed, startTimestep: 19));
            }
        }
    }
}
