using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Testing.Fakes;
using TorchSharp;

namespace FlashDiffusion.Plugins.Tests.Engine;

/// <summary>What every solver of the paper keeps in the engine's own loop.</summary>
public sealed class SolverLawTests
{
    public static TheoryData<string> Names => [.. Solvers.All.Select(solver => solver.Descriptor.Name), "mixture"];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Cost_IsThatOfThePlan(string name)
    {
        using var harness = new EngineHarness();
        var live = DisposeScopeManager.Statistics.ThreadTotalLiveCount;
        var session = harness.Submit(Request(harness, name, 1, 11));
        harness.Tick(1);
        var steps = Assert.Single(harness.Loop.Samples).Steps;
        var planned = steps.Aggregate(default(StepCost), (sum, step) => sum + step.Cost);
        var bounded = steps.Any(step => step.CostIsBound);
        harness.RunUntilIdle();

        // One decode and one encode beyond the plan: the start latent is encoded here, the result decoded.
        var calls = (await EngineHarness.ResultAsync(session)).Cost.Calls;
        var counted = new[] { calls.UNetForward, calls.UNetBackward, calls.EncoderForward - 1 };
        Assert.Equal([planned.UNetForward, planned.UNetBackward, planned.EncoderForward], counted);
        Assert.InRange(calls.DecoderBackward, bounded ? 1 : planned.DecoderBackward, planned.DecoderBackward);
        Assert.InRange(calls.DecoderForward, calls.DecoderBackward, planned.DecoderForward + 2);
        Assert.Equal(live, DisposeScopeManager.Statistics.ThreadTotalLiveCount);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Picture_AloneOrAmongOthersAtOtherSteps_IsTheSame(string name)
    {
        var alone = await PictureAsync(name, []);
        var together = await PictureAsync(name, [2, 3, 4, 5]);

        Assert.True(alone.Max(Math.Abs) > 0.01);
        Assert.InRange(alone.Zip(together, (a, b) => Math.Abs(a - b)).Max(), 0, 1e-4);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Picture_ResumedAtAnyTick_IsTheSame(string name)
    {
        using var whole = new EngineHarness();
        var uninterrupted = whole.Submit(Request(whole, name, 1, 5));
        whole.RunUntilIdle();
        var expected = (await EngineHarness.ResultAsync(uninterrupted)).Picture.Values;

        for (var ticks = 2; ticks < 20; ticks += 3)
        {
            using var first = new EngineHarness();
            first.Submit(Request(first, name, 1, 5));
            first.Tick(ticks);
            if (first.Loop.Samples.SingleOrDefault() is not { } sample)
            {
                break;
            }

            var state = SampleState.Of(sample).Write();
            using var second = new EngineHarness();
            var resumed = second.Submit(Request(second, name, 1, 5));
            second.Tick(1);
            second.Loop.Restore(Assert.Single(second.Loop.Samples), SampleState.Read(state));
            second.RunUntilIdle();
            Assert.Equal(expected, (await EngineHarness.ResultAsync(resumed)).Picture.Values);
        }
    }

    private static async Task<float[]> PictureAsync(string name, ulong[] companions)
    {
        using var harness = new EngineHarness();
        foreach (var seed in companions.Take(2))
        {
            harness.Submit(Request(harness, name, seed, 6 + (int)seed));
        }

        harness.Tick(5);
        var session = harness.Submit(Request(harness, name, 1, 8));
        foreach (var seed in companions.Skip(2))
        {
            harness.Submit(Request(harness, name, seed, 3 + (int)seed));
        }

        harness.RunUntilIdle();
        Assert.Equal(0, harness.Ledger.Ended(SessionOutcome.SolverFailed));
        return (await EngineHarness.ResultAsync(session)).Picture.Values;
    }

    private static FlashDiffusion.Engine.Requests.ReconstructionRequest Request(EngineHarness harness, string name, ulong seed, int start) => name == "mixture"
        ? SolverRequests.Request(
            harness, "latent_recon", seed, start, ("latent_weight", ParameterValue.Of(0.1)), ("latent_term", ParameterValue.Of("psld")), ("correction_weighting", ParameterValue.Of("error")), ("correction_start", ParameterValue.Of("noise")))
        : SolverRequests.Request(harness, name, seed, start);
}
