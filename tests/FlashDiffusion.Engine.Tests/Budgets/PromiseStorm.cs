using FlashDiffusion.Engine.Budgets;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Tests.Laws;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Engine.Tests.Budgets;

/// <summary>
/// Requests that arrive as a program of bytes says, four a request, at devices that work at once in virtual time: with and without deadlines, of
/// several modes and solvers and, as a <see cref="StormMix"/> says, sizes, classes, callers and operators, of which one takes longer than the other. Any bytes are a
/// valid program, so that a failing one can be shrunk.
/// </summary>
internal sealed class PromiseStorm : IDisposable
{
    private static readonly PictureShape[] Sizes = [new(8, 8), new(8, 16), new(16, 16)];

    // What an engine without companions takes for them at most.
    private static readonly TimeSpan Look = TimeSpan.FromMilliseconds(21);
    private static readonly TimeSpan Unit = TimeSpan.FromMilliseconds(26);
    private static readonly TimeSpan Decode = TimeSpan.FromMilliseconds(12);

    private static readonly string[] Callers = ["", "one", "one", "one", "two"];

    private readonly DeviceClocks _clocks;
    private readonly EngineHarness _harness;
    private readonly bool[] _idle;
    private readonly LawSolver[] _solvers = [new(), new() { Chunks = 2 }];
    private readonly List<ReconstructionSession> _sessions = [];
    private readonly Dictionary<ReconstructionSession, TimeSpan> _floors = [];
    private readonly Dictionary<ReconstructionSession, StormRefusal> _refusals = [];
    private readonly Dictionary<ReconstructionSession, DateTimeOffset> _arrived = [];
    private readonly List<Task> _degraded = [];
    private readonly StormMix _mix;
    private DateTimeOffset _next;

    /// <param name="devices">How many devices.</param>
    /// <param name="mix">How much requests differ.</param>
    public PromiseStorm(int devices, StormMix mix = StormMix.Operators)
    {
        _mix = mix;
        _clocks = new DeviceClocks(devices);
        _idle = new bool[devices];
        _harness = new EngineHarness(
            new EngineOptions { MaximumSessions = 200, MaximumBatch = 4, ExactBatch = 3, Threads = 1, Device = string.Join(',', Enumerable.Repeat("cpu", devices)) },
            _clocks)
        {
            RowTime = TimeSpan.FromMilliseconds(1),
            DecodeTime = TimeSpan.FromMilliseconds(12),
            EncodeTime = TimeSpan.FromMilliseconds(9),
            DearTime = TimeSpan.FromMilliseconds(15),
        };
        var moves = new SampleMoves(_harness.Loops);
        foreach (var (loop, device) in _harness.Loops.Select((loop, device) => (loop, device)))
        {
            loop.Wake = () => Wake(device);
            WarmUp(device);
        }

        foreach (var loop in _harness.Loops)
        {
            loop.Balance = () => Moves += moves.Consider(loop) ? 1 : 0;
        }
    }

    /// <summary>Promises made.</summary>
    public int Accepted { get; private set; }

    /// <summary>Requests that were refused, by their place in the program.</summary>
    public List<int> Refused { get; } = [];

    /// <summary>Trajectories that were shortened.</summary>
    public int Cut { get; private set; }

    /// <summary>Samples that changed their device.</summary>
    public int Moves { get; private set; }

    /// <inheritdoc/>
    public void Dispose() => _harness.Dispose();

    /// <summary>Runs a program to the end of everything that it began, and checks the law.</summary>
    public void Run(byte[] program)
    {
        for (var at = 0; at + 3 < program.Length; at += 4)
        {
            _next += TimeSpan.FromMilliseconds(program[at] % 64 * 3);
            RunUntil(_next);
            Submit(program[at + 1], program[at + 2], program[at + 3]);
        }

        RunUntil(DateTimeOffset.MaxValue);
        foreach (var session in _sessions)
        {
            Check(session);
        }

        Assert.All(_degraded, answer => Assert.True(answer.IsCompletedSuccessfully));
    }

    private ReconstructionRequest Request(ulong seed, int steps, int size, int solver, bool dear)
    {
        var request = _harness.Request(seed, steps - 1, Sizes[size]);
        return request with { Solver = _solvers[solver], Operator = dear ? request.Operator! with { Family = _harness.Dear } : request.Operator };
    }

    // What nothing like it was measured for can't be promised: each kind of work once, in batches as large as any.
    private void WarmUp(int device)
    {
        _clocks.Turn = device;
        for (var kind = 0; kind < (_mix == StormMix.Operators ? 24 : 6); kind++)
        {
            for (ulong seed = 1; seed <= (kind < 12 ? 4UL : 1); seed++)
            {
                _harness.Submit(Request(seed, 4, kind / 2 % 3, kind % 2, kind % 12 >= 6) with { Mode = kind < 12 ? ComputeMode.Fast : ComputeMode.Exact }, device);
            }

            while (_harness.Loops[device].Tick())
            {
            }
        }

        Degrade(device);
        while (_harness.Loops[device].Tick())
        {
        }

        _next = _clocks[device] > _next ? _clocks[device] : _next;
    }

    private void Wake(int device)
    {
        // A busy one looks when its unit is done.
        if (_idle[device])
        {
            _idle[device] = false;
            _clocks.CatchUp(device, _clocks.GetUtcNow());
        }
    }

    private void RunUntil(DateTimeOffset end)
    {
        while (Enumerable.Range(0, _idle.Length).Where(device => !_idle[device]).OrderBy(device => _clocks[device]).Cast<int?>().FirstOrDefault() is { } device
            && _clocks[device] < end)
        {
            _clocks.Turn = device;
            var (began, promised, waiting) = (_clocks[device], Promised(), Waiting().ToArray());
            _idle[device] = !_harness.Loops[device].Tick();
            foreach (var session in _sessions.Where(session => session.HasEnded && !session.IsPlanned && !_refusals.ContainsKey(session)).ToArray())
            {
                _refusals.Add(
                    session,
                    new StormRefusal(
                        Left(session, began),
                        Floor(promised + Kept(session, waiting) + (waiting.Count(other => other.Id > session.Id) * Look) + Look),
                        Left(session, _clocks[device]),
                        Floor(Promised() + Kept(session, Waiting()) + (LeastStepsOf(session.Request) * CallsOf(session.Request) * Unit))));
            }
        }
    }

    // Work beside reconstructions takes longer than any of their units.
    private void Degrade(int device)
    {
        var (item, answer) = WorkItem.Of(
            () =>
            {
                _clocks.Advance(TimeSpan.FromMilliseconds(50));
                return "done";
            },
            null,
            null,
            CancellationToken.None,
            "degrade");
        _harness.Loops[device].Enqueue(item);
        _degraded.Add(answer);
    }

    private void Submit(byte shape, byte limit, byte kind)
    {
        _clocks.CatchUp(_idle.Length, _next);
        _clocks.Turn = _idle.Length;

        if (_mix == StormMix.Operators && kind % 5 == 4)
        {
            Degrade(0);
            _harness.Loops[0].Wake();
        }

        // Some rows of the second solver need both of the calls that a step may take.
        var request = Request((ulong)(1 + (kind % 3)) + (kind % 10 == 9 ? LawSolver.Chunked : 0), 1 + (shape % 30), _mix == StormMix.Alike ? 1 : kind % 3, kind % 2, _mix == StormMix.Operators && limit / 8 % 4 == 3) with
        {
            Mode = kind % 7 == 0 ? ComputeMode.Exact : ComputeMode.Fast,
            Priority = _mix == StormMix.Alike ? default : (Priority)(kind / 3 % 3),
            Caller = new CallerKey(_mix == StormMix.Alike ? "" : Callers[shape % Callers.Length]),
            MaximumNetworkCalls = kind % 11 == 0 ? 7 : null,
            OnTightDeadline = limit % 5 == 0 ? TightDeadline.Refuse : TightDeadline.Shorten,
            // Some are over before the unit of work is that runs when they come.
            TimeLimit = limit % 3 == 0 ? null : TimeSpan.FromMilliseconds(limit % 16 == 1 ? 1 + (limit / 16) : 40 + (limit * 6)),
        };
        var loop = _harness.Loops.MinBy(loop => loop.Pressure)!;
        var busy = _clocks[_harness.Loops.IndexOf(loop)] - _next;
        var floor = Floor(request, (busy > TimeSpan.Zero ? busy : TimeSpan.Zero) + Promised());
        var session = _harness.Submit(request, _harness.Loops.IndexOf(loop));
        Overtake(session);
        _sessions.Add(session);
        _floors.Add(session, floor);
        _arrived.Add(session, _next);
        loop.Wake();
    }

    private TimeSpan Left(ReconstructionSession session, DateTimeOffset now) => (session.Request.TimeLimit ?? TimeSpan.Zero) - (now - _arrived[session]);

    // The least of those who came before it and wait.
    private static TimeSpan Kept(ReconstructionSession session, IEnumerable<ReconstructionSession> waiting) => waiting.Count(other => other.Id < session.Id) * (Look + (3 * Unit) + Decode);

    // With a decode and the margin, and a unit more, by which forecasts are rounded.
    private static TimeSpan Floor(TimeSpan seconds) => (1.1 * (seconds + Decode)) + Unit;

    private IEnumerable<ReconstructionSession> Waiting()
    {
        HashSet<ReconstructionSession> begun = [.. _harness.Loops.SelectMany(loop => loop.Samples).Select(sample => sample.Session)];
        return _sessions.Where(session => !session.HasEnded && session.Request.Deadline is not null && !begun.Contains(session));
    }

    private TimeSpan Promised() => _harness.Loops.SelectMany(loop => loop.Samples).Where(sample => sample.DueAt is not null)
        .Aggregate(TimeSpan.Zero, (sum, sample) => sum + (sample.RemainingChunks * Unit) + Decode);

    // What it takes at most, whoever the engine lets go first: what lies ahead, all work with a deadline among it, one sample after the other, all of those who wait for a
    // look, its own look, least steps and decode; with the margin, and a unit more, by which forecasts are rounded. Work without a deadline waits.
    private TimeSpan Floor(ReconstructionRequest request, TimeSpan ahead)
    {
        var looks = Waiting().Aggregate(TimeSpan.Zero, (sum, session) => sum + Alone(session.Request, StepsOf(session.Request)));
        return Floor(ahead + looks + Alone(request, LeastStepsOf(request)) - Decode);
    }

    // The look and a unit that is under way when it could begin, steps, and the decode.
    private TimeSpan Alone(ReconstructionRequest request, int steps) => Look + Unit + (steps * CallsOf(request) * Unit) + Decode;

    // Who is looked at first leaves those who came before him the least that they need, not the whole that some ask for.
    private void Overtake(ReconstructionSession later)
    {
        foreach (var session in _sessions.Where(session => session.Request.OnTightDeadline == TightDeadline.Refuse && later.Request.Deadline < session.Request.Deadline && !session.IsPlanned))
        {
            _floors[session] += 1.1 * Alone(later.Request, StepsOf(later.Request));
        }
    }

    private int CallsOf(ReconstructionRequest request) => ReferenceEquals(request.Solver, _solvers[1]) ? 2 : 1;

    private static int LeastStepsOf(ReconstructionRequest request) => request.OnTightDeadline == TightDeadline.Refuse ? StepsOf(request) : 1;

    private static int StepsOf(ReconstructionRequest request) => request.Adaptation.StartTimestep!.Value + 1;

    private void Check(ReconstructionSession session)
    {
        var read = EngineHarness.EventsAsync(session);
        Assert.True(read.IsCompletedSuccessfully);
        var events = read.Result;
        var (request, failure) = (session.Request, (events[^1] as FailedEvent)?.Failure);
        if (events[0] is not AcceptedEvent accepted)
        {
            // Never begun, and told how long it would have taken, even where the device had no time to look.
            Assert.True(
                failure is { Reason: "DEADLINE_TOO_TIGHT" or "BUDGET_TOO_SMALL", Eta: not null },
                $"Request {session.Id} was refused: {failure}");
            Assert.True(request.Deadline is not null || failure is { Reason: "BUDGET_TOO_SMALL" }, $"Request {session.Id} has no deadline and was refused for another's: {failure}");
            var (had, floor) = _mix switch
            {
                StormMix.Alike => (request.TimeLimit, _floors[session]),
                StormMix.Classes => _refusals[session].Of(failure),
                _ => default,
            };
            Assert.False(
                failure.Reason == "DEADLINE_TOO_TIGHT" && had > floor,
                $"Request {session.Id} of {_sessions.Count} had {had} of {request.TimeLimit}, and {floor} would have done: {failure}");
            Refused.Add(_sessions.IndexOf(session));
            return;
        }

        Cut += accepted.Cut is null ? 0 : 1;
        Accepted += request.Deadline is null ? 0 : 1;
        Assert.True(events[^1] is ResultEvent, $"Request {session.Id} of {_sessions.Count} was accepted with {accepted.TotalSteps} steps and {request.TimeLimit} and ended with {failure}");
        Assert.False(request.OnTightDeadline == TightDeadline.Refuse && accepted.Cut is not null);
        Assert.False(accepted.Eta > request.TimeLimit);
    }
}
