using FlashDiffusion.Engine.Budgets;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Starts;

namespace FlashDiffusion.Server.Resume;

/// <summary>Between the engine's checkpoints and what tokens say.</summary>
internal static class TokenMapper
{
    public static TokenStart Start(StartDecision start)
    {
        var token = new TokenStart
        {
            Mode = (int)start.Mode,
            Index = start.Index,
            SeverityReliable = start.SeverityReliable,
            SignalScale = start.SignalScale,
            NoiseScale = start.NoiseScale,
            Inverts = start.Inverts,
        };
        if (start.Severity is { } severity)
        {
            token.Severity = severity;
        }

        if (start.Cut is { } cut)
        {
            token.Cut = new TokenCut { GuidanceFactor = cut.GuidanceFactor, StepsWithout = cut.StepsWithout, Reason = (int)cut.Reason, Share = cut.Share };
            token.Cut.Trajectory.AddRange(cut.Trajectory);
        }

        token.Notices.AddRange(start.Notices.Select(notice => new TokenNotice { Code = notice.Code, Message = notice.Message }));
        return token;
    }

    public static TokenCost Cost(Checkpoint checkpoint) => new()
    {
        UnetForward = checkpoint.Calls.UNetForward,
        UnetBackward = checkpoint.Calls.UNetBackward,
        DecoderForward = checkpoint.Calls.DecoderForward,
        DecoderBackward = checkpoint.Calls.DecoderBackward,
        EncoderForward = checkpoint.Calls.EncoderForward,
        SeverityEncoder = checkpoint.SeverityCalls,
        QueueTime = checkpoint.QueueTime.Ticks,
        ComputeTime = checkpoint.ComputeTime.Ticks,
    };

    /// <summary>The engine's checkpoint again.</summary>
    /// <param name="token">A token whose seal holds.</param>
    /// <param name="state">The data that belong to it.</param>
    public static Checkpoint Checkpoint(TokenPayload token, SampleState state) => new()
    {
        State = state,
        Start = new StartDecision
        {
            Mode = (AdaptationMode)token.Start.Mode,
            Index = token.Start.Index,
            Severity = token.Start.HasSeverity ? token.Start.Severity : null,
            SeverityReliable = token.Start.SeverityReliable,
            SignalScale = token.Start.SignalScale,
            NoiseScale = token.Start.NoiseScale,
            Inverts = token.Start.Inverts,
            Cut = token.Start.Cut is { } cut ? new TrajectoryCut([.. cut.Trajectory], ShareOf(token.Start, cut), cut.GuidanceFactor, cut.StepsWithout, (CutReason)cut.Reason) : null,
            Notices = [.. token.Start.Notices.Select(notice => new Notice(notice.Code, notice.Message))],
        },
        Plan = [.. token.Plan.Span],
        Announced = token.HasAnnounced ? token.Announced : null,
        Calls = new StepCost(
            token.Cost.UnetForward, token.Cost.UnetBackward, token.Cost.DecoderForward, token.Cost.DecoderBackward, token.Cost.EncoderForward),
        SeverityCalls = token.Cost.SeverityEncoder,
        QueueTime = TimeSpan.FromTicks(token.Cost.QueueTime),
        ComputeTime = TimeSpan.FromTicks(token.Cost.ComputeTime),
    };

    private static double ShareOf(TokenStart start, TokenCut cut) => cut.HasShare ? cut.Share : Math.Min(1, cut.Trajectory.Count / (start.Index + 1.0));
}
