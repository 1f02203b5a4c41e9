using System.Collections.Immutable;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Engine.Tests.Laws;

/// <summary>Plays a flood at the engine in virtual time that passes in steps only: each takes as long, whatever its rows.</summary>
/// <param name="program">Who comes when.</param>
/// <param name="policy">Name of the policy.</param>
internal sealed class FloodScene(FloodProgram program, string policy)
{
    private readonly LawSolver _solver = new() { IsUniform = true };
    private readonly Dictionary<int, int> _ends = [];

    /// <summary>Whether callers are told apart.</summary>
    public bool HasCallers { get; init; } = true;

    /// <summary>Plays it to the end.</summary>
    /// <param name="floods">Whether the many come at once; if not, each when the one before is done.</param>
    /// <returns>When each of the others was done, in steps from the start.</returns>
    public ImmutableArray<int> Play(bool floods)
    {
        using var harness = new EngineHarness(new EngineOptions { MaximumSessions = 1000, MaximumBatch = program.Batch, Threads = 1, Policy = policy });
        var began = harness.Time.GetTimestamp();
        int Now() => (int)Math.Round(harness.Time.GetElapsedTime(began) / harness.StepTime);
        var running = new List<(ReconstructionSession Session, int? Other)>();
        var (other, many) = (0, 0);
        while (true)
        {
            for (; other < program.Others.Length && program.Others[other].At <= Now(); other++)
            {
                running.Add((harness.Submit(Request(harness, program.Others[other].Steps, $"other {other}")), other));
            }

            while (many < program.Flood.Length && (floods || running.TrueForAll(entry => entry.Other is not null)))
            {
                running.Add((harness.Submit(Request(harness, program.Flood[many++], "flood")), null));
            }

            if (harness.Loop.Tick())
            {
                End(running, Now());
            }
            else if (other < program.Others.Length)
            {
                harness.Time.Advance(harness.StepTime);
            }
            else
            {
                Assert.Empty(running);
                return [.. Enumerable.Range(0, program.Others.Length).Select(who => _ends[who])];
            }
        }
    }

    private void End(List<(ReconstructionSession Session, int? Other)> running, int now)
    {
        foreach (var (_, who) in running.Where(entry => entry.Session.HasEnded && entry.Other is not null))
        {
            _ends[who!.Value] = now;
        }

        running.RemoveAll(entry => entry.Session.HasEnded);
    }

    private ReconstructionRequest Request(EngineHarness harness, int steps, string caller) =>
        harness.Request(seed: 1, startTimestep: steps - 1, picture: new PictureShape(8, 8)) with
        {
            Solver = _solver,
            Operator = null,
            Caller = HasCallers ? new CallerKey(caller) : default,
        };
}
