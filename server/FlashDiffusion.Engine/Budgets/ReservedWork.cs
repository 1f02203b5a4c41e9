using System.Collections.Immutable;
using FlashDiffusion.Engine.Probes;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Scheduling;

namespace FlashDiffusion.Engine.Budgets;

/// <summary>A promised sample, as the reserve plays it.</summary>
/// <param name="Id">Its number.</param>
/// <param name="Left">Seconds until its deadline.</param>
/// <param name="Runs">All that it still needs, the last decode included.</param>
internal sealed record ReservedWork(long Id, double Left, ImmutableArray<ReservedRun> Runs)
{
    /// <summary>Calls that are kept for the steps of who was not planned yet: a step of two, and the one that planning keeps free.</summary>
    public const int LeastCalls = 3;

    /// <summary>Its operator where it shares units with others (<see cref="Sample.SharedOperator"/>).</summary>
    public string Operator { get; init; } = "";

    /// <summary>Seconds of one of its units, on average; 0 where nobody asks.</summary>
    public double UnitSeconds { get; init; }

    /// <summary>Seconds that it took alone when it was timed; 0 where nobody asks.</summary>
    public double Alone { get; private init; }

    /// <summary>Units that it needs at most, the last decode included.</summary>
    public int CallsLeft => Runs.Sum(run => run.Calls);

    /// <summary>How the reserve sees a sample.</summary>
    public static ReservedWork Of(Sample sample, double left)
    {
        var runs = ImmutableArray.CreateBuilder<ReservedRun>();
        var (first, calls) = (sample.StepIndex, sample.RemainingSteps == 0 ? 0 : -Math.Min(sample.CallsOfStep, sample.NextStep.Chunks - 1));
        for (var step = sample.StepIndex; step < sample.Steps.Length; step++)
        {
            calls += sample.Steps[step].Chunks;
            if (step + 1 == sample.Steps.Length || sample.Steps[step + 1].Kind != sample.Steps[step].Kind || step + 1 == sample.InversionSteps)
            {
                runs.Add(new ReservedRun(sample.LaneAt(first), step + 1 - first, calls));
                (first, calls) = (step + 1, 0);
            }
        }

        runs.Add(new ReservedRun(sample.LaneAt(sample.Steps.Length), 1, 1));
        return new ReservedWork(sample.Id, left, runs.ToImmutable()) { Operator = sample.SharedOperator };
    }

    /// <summary>
    /// How the reserve sees one that was not looked at: its look, a step of which nobody knows the kind yet and which may be of two calls, the step that
    /// planning keeps free, and its last decode. Its number is no sample's.
    /// </summary>
    public static ReservedWork Least(SeverityProbe probe, double left)
    {
        var step = probe.StepLane;
        return new ReservedWork(-probe.Id, left, [new ReservedRun(probe.Lane, 1, 1), new ReservedRun(step, 1, LeastCalls), new ReservedRun(step with { Stage = Stage.Decode, Runner = null, Kind = "" }, 1, 1)]);
    }

    /// <summary>The same, with what its units take alone.</summary>
    /// <param name="seconds">What a unit of a lane with so many rows takes in which an operator has rows.</param>
    public ReservedWork Timed(Func<LaneKey, int, string, double> seconds)
    {
        var alone = Runs.Sum(run => run.Steps * seconds(run.Lane, 1, Operator));
        return this with { Alone = alone, UnitSeconds = alone / Runs.Sum(run => run.Steps) };
    }

    /// <summary>The same after one more unit; null if that was its last.</summary>
    public ReservedWork? Advanced()
    {
        var first = Runs[0] with { Steps = Math.Max(1, Runs[0].Steps - 1), Calls = Runs[0].Calls - 1 };
        return first.Calls > 0 ? this with { Runs = Runs.SetItem(0, first) } : Runs.Length > 1 ? this with { Runs = Runs.RemoveAt(0) } : null;
    }
}
