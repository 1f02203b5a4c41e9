using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Tests.Laws;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Engine.Tests.Budgets;

/// <summary>
/// Callers with deadlines at a device as real ones are, in virtual time: no two units take the same, some take far longer than usual, and a little is lost between two
/// units that no unit is measured to take. Each caller comes again as soon as it has its answer, so that there is always more to do than there is time for.
/// </summary>
internal sealed class NoisyDevice : IDisposable
{
    private const int Callers = 6;
    private static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);
    private static readonly PictureShape[] Sizes = [new(8, 8), new(8, 16)];

    private readonly EngineHarness _harness = new(new EngineOptions { MaximumSessions = 20, MaximumBatch = 8, ExactBatch = 3, Threads = 1 }) { RowTime = TimeSpan.FromMilliseconds(3), DecodeTime = TimeSpan.FromMilliseconds(5), EncodeTime = TimeSpan.FromMilliseconds(9), DearTime = TimeSpan.FromMilliseconds(6) };
    private readonly LawSolver[] _solvers = [new(), new() { IsUniform = true }];
    private readonly Random _random;
    private readonly ReconstructionSession?[] _under = new ReconstructionSession?[Callers];


    /// <param name="seed">Of what is random.</param>
    public NoisyDevice(int seed)
    {
        _random = new Random(seed);
        _harness.Calling = _ => _harness.StepTime = TimeSpan.FromMilliseconds(15 * Noise());
        for (var kind = 0; kind < 8; kind++)
        {
            for (ulong i = 1; i <= 3; i++)
            {
                _harness.Submit(Request(kind, 4) with { Mode = i == 3 ? ComputeMode.Exact : ComputeMode.Fast });
            }

            _harness.RunUntilIdle();
        }
    }

    /// <summary>By what the machine is slower now than when it was measured first.</summary>
    public double Slowness { get; set; } = 1;

    /// <summary>Deadlines that were accepted.</summary>
    public int Accepted { get; private set; }

    /// <summary>Of these, kept.</summary>
    public int Met { get; private set; }

    /// <summary>Of these, by taking fewer steps than they were to.</summary>
    public int Shortened { get; private set; }

    /// <inheritdoc/>
    public void Dispose() => _harness.Dispose();

    /// <summary>Lets callers come for a while, and all be done.</summary>
    /// <param name="time">How long.</param>
    /// <param name="half">What happens when half of it is over.</param>
    public void Run(TimeSpan time, Action? half = null)
    {
        var end = _harness.Time.GetUtcNow() + time;
        while (_harness.Time.GetUtcNow() < end || _under.Any(session => session is not null))
        {
            for (var caller = 0; caller < Callers; caller++)
            {
                if (_under[caller] is { HasEnded: true } ended)
                {
                    Count(ended);
                    _under[caller] = null;
                }

                if (_under[caller] is null && _harness.Time.GetUtcNow() < end)
                {
                    _under[caller] = _harness.Submit(Next());
                }
            }

            if (_harness.Time.GetUtcNow() > end - (time / 2))
            {
                half?.Invoke();
                half = null;
            }

            // A collection of garbage, now and then.
            _harness.Time.Advance(TimeSpan.FromMilliseconds(_random.Next(50) == 0 ? 40 : 0.3));
            if (!_harness.Loop.Tick())
            {
                _harness.Time.Advance(TimeSpan.FromMilliseconds(1));
            }
        }
    }

    private double Noise() => Slowness * (_random.Next(25) == 0 ? 2.5 : 0.85 + (0.3 * _random.NextDouble()));

    private ReconstructionRequest Next() => Request(_random.Next(8), _random.Next(10) < 3 ? 20 : 50 + _random.Next(450)) with
    {
        Seed = 1 + (ulong)_random.Next(3),
        Mode = _random.Next(2) == 0 ? ComputeMode.Exact : ComputeMode.Fast,
        MaximumNetworkCalls = _random.Next(2) == 0 ? 2 : null,
        TimeLimit = Limit,
    };

    private ReconstructionRequest Request(int kind, int steps)
    {
        var request = _harness.Request(1, steps - 1, Sizes[kind / 2 % 2]);
        return request with { Solver = _solvers[kind % 2], Operator = kind >= 4 ? request.Operator! with { Family = _harness.Dear } : request.Operator };
    }

    private void Count(ReconstructionSession session)
    {
        var read = EngineHarness.EventsAsync(session);
        Assert.True(read.IsCompletedSuccessfully);
        var events = read.Result;
        if (events[0] is not AcceptedEvent accepted)
        {
            return;
        }

        Accepted++;
        if (events[^1] is not ResultEvent result)
        {
            return;
        }

        Met++;
        Assert.Equal(result.Cost.Steps < accepted.TotalSteps, result.Notices.Any(notice => notice.Code == "TRAJECTORY_SHORTENED"));
        if (result.Cost.Steps != accepted.TotalSteps)
        {
            Assert.True(result.Cost.Steps < accepted.TotalSteps && accepted.Cut is not null, "Whoever was not told of it when it was accepted is not shortened.");
            Shortened++;
        }
    }
}
