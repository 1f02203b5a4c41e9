using FlashDiffusion.Engine.Budgets;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Starts;
using FlashDiffusion.Server.Resume;

namespace FlashDiffusion.Server.Tests.Resume;

/// <summary>What a budget left of a trajectory goes along with its token, or another server would make another plan of it.</summary>
public sealed class TokenMapperTests
{
    [Fact]
    public void Checkpoint_OfAShortenedTrajectory_HasItsShare()
    {
        var cut = CutOf(TokenMapper.Start(Start(new TrajectoryCut([0, 9], 0.0625, 1.5, 200, CutReason.NetworkCalls))));

        Assert.Equal([0, 9], cut.Trajectory);
        Assert.Equal((0.0625, 1.5, 200, CutReason.NetworkCalls), (cut.Share, cut.GuidanceFactor, cut.StepsWithout, cut.Reason));
    }

    [Fact]
    public void Checkpoint_OfAServerThatKnewNoShares_HasThatOfItsPoints()
    {
        var token = TokenMapper.Start(Start(new TrajectoryCut([0, 9], 0.0625, 1.5, 200, CutReason.NetworkCalls)));
        token.Cut.ClearShare();
        Assert.Equal(0.2, CutOf(token).Share);
    }

    private static StartDecision Start(TrajectoryCut cut) => new() { Mode = AdaptationMode.Fixed, Index = 9, SignalScale = 1, NoiseScale = 1, SeverityReliable = true, Cut = cut };

    private static TrajectoryCut CutOf(TokenStart start) => TokenMapper.Checkpoint(new TokenPayload { Start = start, Cost = new TokenCost() }, null!).Start.Cut!;
}
