using FlashDiffusion.Sampling;

namespace FlashDiffusion.Abstractions.Tests.Sampling;

public sealed class ReverseTrajectoryTests
{
    [Theory]
    [InlineData(0, 1)]
    [InlineData(79, 80)]
    [InlineData(999, 1000)]
    public void Of_Ddpm_EvaluatesTheStartIndexFirstAndEndsClean(int start, int steps)
    {
        var moves = ReverseTrajectory.Of(Samples.Spec(SamplingSpec.Ddpm, start));

        Assert.Equal(steps, moves.Length);
        Assert.Equal(start, moves[0].Timestep);
        Assert.Equal((0, -1), moves[^1]);
        Assert.All(moves, move => Assert.Equal(move.Timestep - 1, move.Previous));
    }

    [Fact]
    public void Of_DdpmOfficial_IsOffByOne()
    {
        var standard = ReverseTrajectory.Of(Samples.Spec(SamplingSpec.Ddpm, 12));
        var official = ReverseTrajectory.Of(Samples.Spec(SamplingSpec.Ddpm, 12, Compatibility.Official));

        Assert.Equal(13, standard.Length);
        Assert.Equal(12, official.Length);
        Assert.Equal(11, official[0].Timestep);
        Assert.Empty(ReverseTrajectory.Of(Samples.Spec(SamplingSpec.Ddpm, 0, Compatibility.Official)));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(20)]
    [InlineData(1000)]
    public void Of_Ddim_IsDistinctHoldsTheStartAndEndsClean(int steps)
    {
        var sampling = new SamplingSpec(SamplerKind.Ddim, steps);

        var moves = ReverseTrajectory.Of(Samples.Spec(sampling, steps - 1));

        Assert.Equal(steps, moves.Length);
        Assert.Equal(999, moves[0].Timestep);
        Assert.Equal(-1, moves[^1].Previous);
        Assert.Equal(steps, moves.Select(move => move.Timestep).Distinct().Count());
        Assert.Equal(moves.Skip(1).Select(move => move.Timestep), moves.SkipLast(1).Select(move => move.Previous));
    }

    [Theory]
    [InlineData(new[] { 0, 3, 17, 400 }, new[] { 400, 17, 3, 0, -1 })]
    [InlineData(new[] { 400 }, new[] { 400, -1 })]
    public void Of_OwnTrajectory_VisitsItFromTheStartAndEndsClean(int[] trajectory, int[] visited)
    {
        var sampling = new SamplingSpec(SamplerKind.Ddim, trajectory.Length);
        var moves = ReverseTrajectory.Of(Samples.Spec(sampling, trajectory.Length - 1) with { Trajectory = [.. trajectory] });
        Assert.Equal(visited.Zip(visited.Skip(1)), moves.Select(move => (move.Timestep, move.Previous)));
    }

    [Theory]
    [InlineData(0, 19)]
    [InlineData(1, 1)]
    [InlineData(10, 9)]
    public void Of_DdimOfficial_RunsWhatTheResearchCodeRuns(int start, int steps)
    {
        var moves = ReverseTrajectory.Of(Samples.Spec(new SamplingSpec(SamplerKind.Ddim, 20), start, Compatibility.Official));

        Assert.Equal(steps, moves.Length);
        Assert.Equal((1, 0), moves[^1]);
    }
}
