using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Engine.Tests.Devices;

public sealed class FairnessTests
{
    [Fact]
    public void Tick_SmallPictureAmongLarge_NeverWaitsMoreThanOneStep()
    {
        using var harness = new EngineHarness();
        for (ulong seed = 1; seed <= 8; seed++)
        {
            harness.Submit(harness.Request(seed, startTimestep: 60, picture: new PictureShape(64, 64)));
        }

        harness.Tick(10);
        harness.Submit(harness.Request(100, startTimestep: 10, picture: new PictureShape(8, 8)));
        harness.Tick(3);
        var first = harness.Solver.Batches.Count;
        harness.Tick(10);
        var turns = harness.Solver.Batches.Skip(first).Select(rows => rows.Contains(100UL)).ToArray();
        Assert.All(turns.Zip(turns.Skip(1)), pair => Assert.NotEqual(pair.First, pair.Second));
    }

    [Fact]
    public void Tick_SmallPictureAmongThreeSizes_NeverWaitsMoreThanOneStep()
    {
        using var harness = new EngineHarness();
        foreach (var (seed, height) in new[] { (1UL, 64), (2UL, 56), (3UL, 48) })
        {
            harness.Submit(harness.Request(seed, startTimestep: 60, picture: new PictureShape(height, 64)));
        }

        harness.Tick(10);
        harness.Submit(harness.Request(100, startTimestep: 10, picture: new PictureShape(8, 8)));
        harness.Tick(3);
        var first = harness.Solver.Batches.Count;
        harness.Tick(14);
        var turns = harness.Solver.Batches.Skip(first).Select(rows => rows.Contains(100UL)).ToArray();
        Assert.Contains(true, turns);
        Assert.DoesNotContain(turns.Zip(turns.Skip(1)), pair => !pair.First && !pair.Second);
    }

    [Theory]
    [InlineData(10, true)]
    [InlineData(1.4, false)]
    public async Task Tick_SmallPictureBesideLargePromises_WaitsForOneStepWhileTheyHaveTime(double share, bool alternates)
    {
        const int Steps = 60;
        using var harness = new EngineHarness();
        harness.Submit(harness.Request(1, startTimestep: 9, picture: new PictureShape(64, 64)));
        harness.Submit(harness.Request(2, startTimestep: 9, picture: new PictureShape(8, 8)));
        harness.RunUntilIdle();
        var promise = harness.Submit(harness.Request(3, startTimestep: Steps - 1, picture: new PictureShape(64, 64)) with { TimeLimit = TimeSpan.FromMilliseconds(share * 10 * Steps) });
        harness.Tick(3);
        harness.Submit(harness.Request(100, startTimestep: Steps - 1, picture: new PictureShape(8, 8)));
        harness.Tick(3);
        var first = harness.Solver.Batches.Count;
        harness.RunUntilIdle();
        var turns = harness.Solver.Batches.Skip(first).Select(rows => rows.Contains(100UL)).ToArray();
        var both = turns.Take(Array.LastIndexOf(turns, false) + 1).ToArray();
        Assert.Equal(alternates, !both.Zip(both.Skip(1)).Any(pair => !pair.First && !pair.Second));
        Assert.Equal(Steps, (await EngineHarness.ResultAsync(promise)).Cost.Steps);
    }

    [Fact]
    public void Tick_MoreThanABatch_ServesFirstComeFirst()
    {
        using var harness = new EngineHarness(new EngineOptions { MaximumSessions = 10, MaximumBatch = 2, Policy = "first_come" });
        for (ulong seed = 1; seed <= 4; seed++)
        {
            harness.Submit(harness.Request(seed, startTimestep: 5));
        }

        harness.RunUntilIdle();
        var order = harness.Solver.Batches.SelectMany(rows => rows).Distinct().ToArray();
        Assert.Equal([1UL, 2, 3, 4], order);
        Assert.All(harness.Solver.Batches, rows => Assert.InRange(rows.Length, 1, 2));
        Assert.Equal(4, harness.Ledger.Ended(SessionOutcome.Completed));
    }

    [Fact]
    public void Tick_UnchangedBatch_BindsItsOperatorOnce()
    {
        using var harness = new EngineHarness();
        harness.Submit(harness.Request(1, startTimestep: 50));
        harness.Submit(harness.Request(2, startTimestep: 50));
        harness.RunUntilIdle();

        // Once for the look at both, at most twice while they join, and once for the last decode.
        Assert.InRange(harness.Family.Bindings, 3, 5);
    }
}
