using System.Collections.Concurrent;
using System.Collections.Immutable;
using FlashDiffusion.Engine.Budgets;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Telemetry;
using FlashDiffusion.Testing.Fakes;
using TorchSharp;

namespace FlashDiffusion.Engine.Tests.Laws;

/// <summary>
/// A program of bytes that drives the engine in virtual time: two bytes an action, what and with what. Any bytes are a valid program,
/// so that a failing one can be shrunk. After every action and at the end the laws are checked.
/// </summary>
internal sealed class Storm : IDisposable
{
    private static readonly ConcurrentDictionary<(ulong Seed, int Steps, int Variety), (float[] Values, int Steps)> Alone = new();

    private static readonly FakeOperatorFamily Negative = new() { Sign = -1 };

    private readonly EngineHarness _harness;
    private readonly StormKind _kind;
    private readonly LawSolver _solver = new();
    private readonly FakeSeverityEncoder _encoder = new("gain");
    private readonly List<(ReconstructionSession Session, int Variety)> _sessions = [];
    private readonly HashSet<ReconstructionSession> _cancelled = [];
    private readonly List<(Sample Sample, SampleState State)> _suspended = [];
    private readonly long _tensors = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
    private bool _memoryFailed;

    public Storm(StormKind kind)
    {
        _kind = kind;
        _harness = new EngineHarness(new EngineOptions
        {
            MaximumSessions = 12,
            MaximumBatch = 5,
            ExactBatch = 3,
            Threads = 1,
            Device = kind is StormKind.Preemption or StormKind.Variety ? "cpu,cpu" : "cpu",
        });
    }

    /// <summary>Whether its solver breaks the law of isolation.</summary>
    public bool Couples
    {
        init => _solver.Couples = value;
    }

    public void Dispose() => _harness.Dispose();

    /// <summary>Requests that ended so.</summary>
    public long Ended(SessionOutcome outcome) => _harness.Ledger.Ended(outcome);

    /// <summary>Requests that began later than at pure noise, as their severity chose.</summary>
    public int Shortened { get; private set; }

    /// <summary>Runs a program to the end of everything that it began.</summary>
    public void Run(byte[] program)
    {
        for (var at = 0; at + 1 < program.Length; at += 2)
        {
            Act(program[at], program[at + 1]);
            Balance();
        }

        _harness.LargestBatch = _harness.LargestDecode = int.MaxValue;
        Resume();
        _harness.RunUntilIdle();
        CheckEnd();
    }

    // Of the variety, the first digit (of three) is the picture's size, the next (of two) whether there is an operator, the last whether severity chooses.
    private static ReconstructionRequest Request(EngineHarness harness, LawSolver solver, FakeSeverityEncoder encoder, ulong seed, int steps, int variety)
    {
        PictureShape[] pictures = [new(8, 8), new(16, 8), new(13, 10)];
        var request = harness.Request(seed, picture: pictures[variety % 3], fill: 0.1f * (1 + (seed % 5)));
        return request with
        {
            Model = harness.Served(encoder),
            Solver = solver,
            // Odd seeds have another operator than even ones.
            Operator = variety / 3 % 2 == 0 ? null : request.Operator! with { Family = seed % 2 == 0 ? request.Operator.Family : Negative },
            Adaptation = variety / 6 % 2 == 0 || variety / 3 % 2 == 0 ? new Adaptation { Mode = AdaptationMode.Full } : Adaptation.Auto,
            Sampling = new SamplingSpec(SamplerKind.Ddim, steps),
            Progress = new ProgressOptions { EverySteps = 1, IncludeLatent = true },
        };
    }

    private static (float[] Values, int Steps) ResultAlone(ulong seed, int steps, int variety) => Alone.GetOrAdd((seed, steps, variety), key =>
    {
        using var harness = new EngineHarness();
        var session = harness.Submit(Request(harness, new LawSolver(), new FakeSeverityEncoder("gain"), key.Seed, key.Steps, key.Variety));
        harness.RunUntilIdle();
        var result = (ResultEvent)Events(session)[^1];
        return (result.Picture.Values, result.Cost.Steps);
    });

    // Everything has ended, so that reading never waits.
    private static List<SessionEvent> Events(ReconstructionSession session)
    {
        var events = EngineHarness.EventsAsync(session);
        Assert.True(events.IsCompletedSuccessfully);
        return events.Result;
    }

    private void Act(byte what, byte with)
    {
        switch (what % 8)
        {
            case 0 or 1 or 2:
                Submit(with, _kind == StormKind.Variety ? what / 8 : 0);
                break;
            case 3 or 4:
                Tick(1 + (with % 4));
                break;
            case 5 when _sessions.Count > 0:
                Cancel(_sessions[with % _sessions.Count].Session);
                break;
            case 6 when _kind is StormKind.Preemption or StormKind.Variety:
                Preempt(with);
                break;
            case 7 when _kind == StormKind.Memory:
                _harness.LargestBatch = 1 + (with % 4);
                _harness.LargestDecode = 1 + (with / 4 % 4);
                _memoryFailed |= Math.Min(_harness.LargestBatch, _harness.LargestDecode) < _harness.Options.ExactBatch;
                break;
            case 7 when _kind == StormKind.Impatience:
                _harness.Time.Advance(TimeSpan.FromMilliseconds(with % 50));
                break;
            default:
                Tick(1);
                break;
        }
    }

    private void Submit(byte with, int variety)
    {
        // Laws hold whoever calls: everybody the same, or one of two with a name.
        string[] callers = ["", "", "one", "two"];
        var caller = new CallerKey(callers[with / 3 % callers.Length]);
        if (_harness.Ledger.IsFullFor(caller))
        {
            return;
        }

        ulong[] seeds = [1, 2, 3, LawSolver.Chunked, LawSolver.Chunked + 1, LawSolver.Poisoned, LawSolver.Throwing];
        var request =
            Request(_harness, _solver, _encoder, seeds[with % seeds.Length], 1 + (with / 7 % 6), variety) with
            {
                Mode = with % 5 == 0 ? ComputeMode.Exact : ComputeMode.Fast,
                Priority = (Priority)(with % 3),
                Caller = caller,
                Progress = new ProgressOptions { EverySteps = 1, IncludeLatent = true, Preview = with % 2 == 0 ? PreviewMode.Decoded : PreviewMode.None },
            };
        _sessions.Add((_harness.Submit(_kind == StormKind.Impatience ? Impatient(request, with) : request, with % _harness.Loops.Length), variety));
    }

    private static ReconstructionRequest Impatient(ReconstructionRequest request, byte with)
    {
        request = request with { OnTightDeadline = with % 11 < 6 ? TightDeadline.Refuse : TightDeadline.Shorten };
        return (with % 4) switch
        {
            0 => request with { TimeLimit = TimeSpan.FromMilliseconds(1 + (with % 90)) },
            1 => request with { QueueTimeout = TimeSpan.FromMilliseconds(with % 40) },
            2 => request with { MaximumNetworkCalls = 1 + (with % 3) },
            _ => request,
        };
    }

    private void Tick(int times)
    {
        for (var i = 0; i < times; i++)
        {
            foreach (var loop in _harness.Loops)
            {
                loop.Tick();
            }
        }
    }

    private void Cancel(ReconstructionSession session)
    {
        if (!session.HasEnded)
        {
            _cancelled.Add(session);
        }

        session.Cancel();
        var away = _suspended.Any(entry => entry.Sample.Session == session);
        Tick(1);
        Assert.True(session.HasEnded || away, "A cancelled session still holds its place after one step.");
    }

    private void Preempt(byte with)
    {
        var loop = _harness.Loops[with % 2];
        Sample[] samples = [.. loop.Samples.OrderBy(sample => sample.Id)];
        if (with % 3 == 0 || samples.Length == 0)
        {
            Resume();
            return;
        }

        var sample = samples[with % samples.Length];
        if (with % 3 == 1)
        {
            _suspended.Add((sample, loop.Suspend(sample)));
        }
        else
        {
            SampleMoves.Move(sample, loop, _harness.Loops[1 - (with % 2)]);
        }
    }

    private void Resume()
    {
        foreach (var ((sample, state), i) in _suspended.Select((entry, i) => (entry, i)))
        {
            var loop = _harness.Loops[i % _harness.Loops.Length];
            loop.Arrive(() => loop.Continue(sample, state));
        }

        _suspended.Clear();
    }

    private void Balance() => Assert.Equal(_harness.Ledger.Accepted, _harness.Ledger.Active + Enum.GetValues<SessionOutcome>().Sum(_harness.Ledger.Ended));

    private void CheckEnd()
    {
        Balance();
        Assert.Equal(0, _harness.Ledger.Active);
        Assert.All(_harness.Loops, loop => Assert.Equal(EngineLoad.Idle, loop.Load));
        Assert.All(_harness.Loops, loop => Assert.Equal(0, loop.Pressure, 1e-6));
        Assert.Equal(_tensors, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
        foreach (var (session, variety) in _sessions)
        {
            CheckSession(session, variety, Events(session));
        }
    }

    private void CheckSession(ReconstructionSession session, int variety, List<SessionEvent> events)
    {
        var request = session.Request;
        var (seed, steps) = (request.Seed, request.Sampling.DdimSteps);
        var accepted = events.OfType<AcceptedEvent>().SingleOrDefault();
        var cut = accepted?.Cut;
        Shortened += cut is null && accepted?.TotalSteps < accepted?.FullSteps ? 1 : 0;
        var refused = request.MaximumNetworkCalls < steps && request.OnTightDeadline == TightDeadline.Refuse;

        // Nobody has read until now: one slot each, whatever the number of steps.
        Assert.InRange(events.Count, 1, 3);
        var outcome = events[^1] is FailedEvent failed ? failed.Failure.Outcome : SessionOutcome.Completed;
        ImmutableArray<SessionOutcome> allowed =
        [
            (cut?.Trajectory.Length ?? accepted?.TotalSteps ?? steps) switch
            {
                _ when _cancelled.Contains(session) => SessionOutcome.Cancelled,
                _ when refused => SessionOutcome.BudgetTooSmall,
                > 1 when seed >= LawSolver.Poisoned => SessionOutcome.SolverFailed,
                _ => SessionOutcome.Completed,
            },
            .. request.TimeLimit is not null ? [SessionOutcome.DeadlineExceeded] : Array.Empty<SessionOutcome>(),
            .. request.QueueTimeout is not null && !events.OfType<ProgressEvent>().Any() ? [SessionOutcome.QueuedTooLong] : Array.Empty<SessionOutcome>(),
            .. _memoryFailed && request.Mode == ComputeMode.Exact ? [SessionOutcome.OutOfMemory] : Array.Empty<SessionOutcome>(),
        ];
        Assert.True(allowed.Contains(outcome), $"Seed {seed} with {steps} steps ended as {outcome}, not {string.Join(" or ", allowed)}: {(events[^1] as FailedEvent)?.Failure}");
        if (events[^1] is ResultEvent result && cut is not null)
        {
            // Where the device was held up, fewer still.
            var shortened = result.Notices.Any(notice => notice.Code == "TRAJECTORY_SHORTENED");
            Assert.True(shortened ? result.Cost.Steps < cut.Trajectory.Length && cut.Reason == CutReason.Deadline : result.Cost.Steps == cut.Trajectory.Length);
            Assert.True(result.Cost.Steps <= (request.MaximumNetworkCalls ?? steps));
        }
        else if (events[^1] is ResultEvent whole)
        {
            var (values, taken) = ResultAlone(seed, steps, variety);
            Assert.True(values.AsSpan().SequenceEqual(whole.Picture.Values), $"Seed {seed} with {steps} steps of variety {variety} has another result than alone.");
            var progress = Assert.Single(events.OfType<ProgressEvent>());
            Assert.Equal((taken, taken - 1L, request.Progress.Preview != PreviewMode.None), (progress.Step, progress.Skipped, progress.Preview is not null));
            Assert.Equal(taken, whole.Cost.Steps);
        }
    }
}
