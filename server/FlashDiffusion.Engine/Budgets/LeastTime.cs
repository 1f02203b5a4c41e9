using System.Collections.Immutable;
using FlashDiffusion.Engine.Batching;
using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Forecasts;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Engine.Sessions;

namespace FlashDiffusion.Engine.Budgets;

/// <summary>
/// How far away the deadline of the least of a request would have to be whose time is up before its device, which was busy with one unit of work meanwhile, could look at it: from
/// what the device said when it began that unit. The device loop says, anybody may ask.
/// </summary>
/// <param name="options">Options.</param>
/// <param name="times">What units took.</param>
/// <param name="sizes">How many rows are computed.</param>
/// <param name="time">Clock.</param>
internal sealed class LeastTime(EngineOptions options, StepTimes times, BatchSizes sizes, TimeProvider time)
{
    private static readonly Ahead Nothing = new(0, 0, [], [], PaceMoment.Exact) { IsOver = true };

    private Ahead _ahead = Nothing;

    /// <summary>A unit of work begins; device loop only.</summary>
    /// <param name="unit">The unit.</param>
    /// <param name="seconds">What it will take.</param>
    /// <param name="promised">What was promised before it.</param>
    /// <param name="pace">How units keep to their times.</param>
    public void Begin(ScheduledBatch unit, double seconds, ImmutableArray<ReservedWork> promised, PaceMoment pace) =>
        Volatile.Write(ref _ahead, new Ahead(time.GetTimestamp(), seconds, [.. unit.Work.Select(work => work.Id)], promised, pace));

    /// <summary>It ended; device loop only.</summary>
    public void End() => Volatile.Write(ref _ahead, _ahead with { IsOver = true });

    /// <summary>Nothing is left to do, and nothing of it is kept; device loop only.</summary>
    public void Rest() => Volatile.Write(ref _ahead, Nothing);

    /// <summary>Seconds by which the unit under way takes longer than it should; 0 where nobody knows. Any thread.</summary>
    public double Overrun => Volatile.Read(ref _ahead) is { IsOver: false, Seconds: > 0 } ahead ? Math.Max(0, time.GetElapsedTime(ahead.At).TotalSeconds - ahead.Seconds) : 0;

    /// <summary>Refuses a request that got no promise in time; any thread.</summary>
    /// <param name="request">The request.</param>
    /// <returns>Why, with what would do; null if nothing of its model was ever measured.</returns>
    public Failure? Refusal(ReconstructionRequest request) => Of(request) is { } seconds
        ? BudgetPlanner.TooTight(seconds, SampleFactory.NeedsProbe(request) ? BudgetPlanner.LookAndStep : BudgetPlanner.OneStep)
        : null;

    /// <summary>The least time from now on that a request needs to be promised behind what was before, as far as is known here; any thread.</summary>
    /// <param name="request">The request.</param>
    /// <returns>Seconds; null if nothing of its model was ever measured.</returns>
    public double? Of(ReconstructionRequest request)
    {
        var ahead = Volatile.Read(ref _ahead);
        var pace = ahead.Pace;
        var (units, bare) = Own(request, SampleFactory.NeedsProbe(request));
        if (pace.Factor * bare is not { } takes)
        {
            return null;
        }

        double Latest(double seconds, double unit) => (seconds * (1 + options.DeadlineMargin)) + pace.Chance(seconds, unit);
        Reserve reserve = new((lane, rows, _) => pace.Factor * times.PredictAnywhere(LaneTiming.Of(lane), sizes.ComputedRows(lane, rows)) ?? 0, rows: null);
        var passed = time.GetElapsedTime(ahead.At).TotalSeconds;
        ReservedWork[] promised =
        [
            .. ahead.Promised.Select(work => ahead.Unit.Contains(work.Id) ? work.Advanced() : work)
                .OfType<ReservedWork>()
                .Select(work => work with { Left = work.Left - Math.Max(ahead.Seconds, passed) }),
        ];
        var wait = Math.Max(0, ahead.Seconds - passed) + reserve.Play(promised).Wait(takes, promised, (work, seconds) => Latest(seconds, work.UnitSeconds));
        return Latest(wait + takes, takes / units);
    }

    /// <summary>How long before its deadline a request is lost that its device has not looked at: what a look, where one is needed, and the last decode take, with the margin; any thread.</summary>
    /// <param name="request">The request.</param>
    /// <returns>Seconds; 0 if nothing of its model was ever measured.</returns>
    public double LostBefore(ReconstructionRequest request)
    {
        var (look, _, decode) = Parts(request);
        return Volatile.Read(ref _ahead).Pace.Factor * (1 + options.DeadlineMargin) * ((SampleFactory.NeedsProbe(request) ? look : 0) + decode) ?? 0;
    }

    // How many units, and what they take: a look, where one is needed; a step, as promises keep it free; the last decode.
    private (int Units, double? Seconds) Own(ReconstructionRequest request, bool looks)
    {
        var (look, step, decode) = Parts(request);
        var rest = (ReservedWork.LeastCalls * (looks ? step ?? 0 : step)) + decode;
        return looks ? (ReservedWork.LeastCalls + 2, look + rest) : (ReservedWork.LeastCalls + 1, rest);
    }

    private (double? Look, double? Step, double? Decode) Parts(ReconstructionRequest request)
    {
        var rows = Math.Max(1, ComputeShape.FixedRows(request, options));
        var decode = new TimingKey(Stage.Decode, LaneTiming.NameOf(request.Model.Model), "", "", request.Model.WorkingShape(request.Picture));
        return (
            times.PredictAnywhere(decode with { Stage = Stage.Severity, Runner = SampleFactory.EncoderOf(request)?.OperatorName ?? "" }, options.SeverityBatch),
            times.PredictAnywhere(decode with { Stage = Stage.Step, Runner = LaneTiming.NameOf(request.Solver), Kind = LaneKey.AnyKind }, rows),
            times.PredictAnywhere(decode, rows));
    }

    /// <summary>What lies ahead of a device.</summary>
    /// <param name="At">Timestamp at which a unit began.</param>
    /// <param name="Seconds">What it takes.</param>
    /// <param name="Unit">Numbers of those whose it is.</param>
    /// <param name="Promised">What was promised, as of then.</param>
    /// <param name="Pace">How units kept to their times then.</param>
    private sealed record Ahead(long At, double Seconds, ImmutableArray<long> Unit, ImmutableArray<ReservedWork> Promised, PaceMoment Pace)
    {
        /// <summary>Whether the unit has ended, and nobody knows the next one yet.</summary>
        public bool IsOver { get; init; }
    }
}
