using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Plugins.Tests.Engine;

/// <summary>ReSample's inner optimiser runs in bounded chunks: rows stop by themselves, and a cancelled one is gone within one chunk.</summary>
public sealed class CorrectionChunkTests
{
    private static readonly (string, ParameterValue)[] Long = [("correction_updates", ParameterValue.Of(1000)), ("correction_tolerance", ParameterValue.Of(1e-12))];

    [Fact]
    public async Task Cancel_InTheMiddleOfASolve_TakesEffectBeforeTheNextChunk()
    {
        using var harness = new EngineHarness();
        var session = harness.Submit(SolverRequests.Request(harness, "resample", 1, 3, Long));
        harness.Tick(8);
        var sample = Assert.Single(harness.Loop.Samples);
        var step = sample.StepIndex;
        Assert.StartsWith("solve", sample.NextStep.Kind, StringComparison.Ordinal);
        harness.Tick(1);
        Assert.Equal(step, sample.StepIndex);
        var updates = sample.Scratch["correction.updates"].item<long>();
        Assert.InRange(updates, 8, 40);

        session.Cancel();
        harness.Tick(1);

        Assert.Empty(harness.Loop.Samples);
        Assert.Equal(SessionOutcome.Cancelled, (await EngineHarness.FailureAsync(session)).Outcome);
    }

    [Fact]
    public void Plan_Solves_SayHowManyChunksTheyTake()
    {
        using var harness = new EngineHarness();
        harness.Submit(SolverRequests.Request(harness, "resample", 1, 3, Long));
        harness.Tick(1);
        var sample = Assert.Single(harness.Loop.Samples);

        Assert.All(sample.Steps, step => Assert.Equal(step.Kind.StartsWith("solve", StringComparison.Ordinal) ? 250 : 1, step.Chunks));
        Assert.Equal(sample.Steps.Sum(step => step.Chunks), sample.RemainingChunks);
        var left = sample.RemainingChunks - harness.RunUntilIdle();
        Assert.InRange(left, -5, 5);
    }

    [Fact]
    public void Solve_EachChunk_IsBounded()
    {
        using var harness = new EngineHarness();
        harness.Submit(SolverRequests.Request(harness, "resample", 1, 3, Long));
        harness.Tick(4);
        var sample = Assert.Single(harness.Loop.Samples);
        for (var i = 0; i < 5; i++)
        {
            var before = (Updates: sample.Scratch["correction.updates"].item<long>(), sample.Calls);
            harness.Tick(1);
            Assert.Equal(4, sample.Scratch["correction.updates"].item<long>() - before.Updates);
            Assert.Equal((4, 4), (sample.Calls.DecoderForward - before.Calls.DecoderForward, sample.Calls.DecoderBackward - before.Calls.DecoderBackward));
        }
    }

    [Fact]
    public async Task Solve_RowsWithDifferentTolerances_PayForTheirOwnUpdatesOnly()
    {
        // One is content with any residual, the other never: together they cost what each costs alone, but for the one look that ends a chunk.
        var (easy, hard) = (ParameterValue.Of(4), ParameterValue.Of(1e-12));
        using var harness = new EngineHarness();
        var content = harness.Submit(SolverRequests.Request(harness, "resample", 1, 3, ("correction_tolerance", easy), ("correction_updates", ParameterValue.Of(40))));
        var restless = harness.Submit(SolverRequests.Request(harness, "resample", 2, 3, ("correction_tolerance", hard), ("correction_updates", ParameterValue.Of(40))));
        harness.RunUntilIdle();

        var few = (await EngineHarness.ResultAsync(content)).Cost.Calls;
        var many = (await EngineHarness.ResultAsync(restless)).Cost.Calls;
        Assert.InRange(few.DecoderBackward, 0, 4);
        Assert.Equal(80, many.DecoderBackward);
    }

    [Fact]
    public async Task Solve_ANoisyRow_FailsAlone()
    {
        using var harness = new EngineHarness();
        var bad = SolverRequests.Request(harness, "resample", 1, 3);
        Array.Fill(bad.Measurement.Values, float.NaN);
        var failing = harness.Submit(bad);
        var fine = harness.Submit(SolverRequests.Request(harness, "resample", 2, 3));
        harness.RunUntilIdle();

        Assert.Equal(SessionOutcome.SolverFailed, (await EngineHarness.FailureAsync(failing)).Outcome);
        using var alone = new EngineHarness();
        var same = alone.Submit(SolverRequests.Request(alone, "resample", 2, 3));
        alone.RunUntilIdle();
        var expected = (await EngineHarness.ResultAsync(same)).Picture.Values;
        var actual = (await EngineHarness.ResultAsync(fine)).Picture.Values;
        Assert.InRange(expected.Zip(actual, (a, b) => Math.Abs(a - b)).Max(), 0, 1e-4);
    }
}
