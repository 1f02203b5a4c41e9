using FlashDiffusion.Engine.Operators;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Engine.Starts;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Plugins.Tests.Shelf;

/// <summary>What every solver of the shelf keeps to, through the engine's own loop: cost, isolation, resuming, cancellation, any start.</summary>
public sealed class ShelfLawTests
{
    public static TheoryData<string> Names => ShelfSolvers.Names;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Reconstruct_FixedStart_CostsWhatThePlanDeclares(string name)
    {
        using var harness = new EngineHarness();
        var request = Request(harness, name, 1, start: 30);
        var result = await RunAsync(harness, request);
        var plan = PlanOf(request, 30);

        // Beside the plan: the look without an encoder (one encoding, one decoding for its residual) and the last decoding.
        var own = result.Cost.Calls;
        Assert.Equal(plan.Steps.Length, result.Cost.Steps);
        var beside = new StepCost(0, 0, 2, 0, 1);
        if (plan.Steps.Any(step => step.CostIsBound))
        {
            var most = plan.Cost + beside;
            Assert.True(own.UNetForward == most.UNetForward && own.DecoderForward <= most.DecoderForward && own.DecoderBackward <= most.DecoderBackward, $"{own} is more than {most}.");
        }
        else
        {
            Assert.Equal(plan.Cost + beside, own);
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Reconstruct_HalfOfItsNetworkCalls_IsShortenedToThem(string name)
    {
        using var harness = new EngineHarness();
        foreach (var sampling in new[] { SamplingSpec.Ddpm, new SamplingSpec(SamplerKind.Ddim, 40, 0.5) })
        {
            var request = Request(harness, name, 1, start: 500) with { Sampling = sampling };
            var whole = await RunAsync(harness, request);
            var most = whole.Cost.Calls.UNetForward / 2;
            if (most > 0)
            {
                var cut = await RunAsync(harness, request with { MaximumNetworkCalls = most });
                Assert.All(cut.Picture.Values, value => Assert.True(float.IsFinite(value)));

                // As much as fits, not merely something short.
                Assert.InRange(cut.Cost.Calls.UNetForward, (most / 2) + 1, most);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Reconstruct_FewNetworkCallsOnAnyGrid_IsShortenedToThem(string name)
    {
        using var harness = new EngineHarness();
        // One iteration, and one move of the second stage.
        var least = name == "lmap" ? 2 : 1;

        // Below such a start the coarse grids have one to six points.
        foreach (var sampling in new[] { SamplingSpec.Ddpm, new SamplingSpec(SamplerKind.Ddim, 10, 0), new SamplingSpec(SamplerKind.Ddim, 50, 0.5) })
        {
            var request = Request(harness, name, 1, start: 100) with { Sampling = sampling };
            var whole = (await RunAsync(harness, request)).Cost.Calls.UNetForward;
            foreach (var most in new[] { least, whole / 2, whole - 1 }.Where(most => most >= least && most < whole).Distinct())
            {
                var cut = await RunAsync(harness, request with { MaximumNetworkCalls = most });
                Assert.All(cut.Picture.Values, value => Assert.True(float.IsFinite(value)));

                // As much as fits, not merely something short.
                Assert.InRange(cut.Cost.Calls.UNetForward, (most / 2) + (most > 2 ? 1 : 0), most);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Reconstruct_FromPureNoise_EndsFinite(string name)
    {
        using var harness = new EngineHarness();
        var request = Request(harness, name, 1) with { Adaptation = new Adaptation { Mode = AdaptationMode.Full } };
        var result = await RunAsync(harness, request);
        Assert.All(result.Picture.Values, value => Assert.True(float.IsFinite(value)));
        Assert.Equal(PlanOf(request, 999).Steps.Length, result.Cost.Steps);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Reconstruct_LowestStartOrSubGrid_TakesThePlannedSteps(string name)
    {
        using var harness = new EngineHarness();
        var lowest = await RunAsync(harness, Request(harness, name, 1, start: 0));
        Assert.All(lowest.Picture.Values, value => Assert.True(float.IsFinite(value)));

        var request = Request(harness, name, 2, start: 500) with { Sampling = new SamplingSpec(SamplerKind.Ddim, 20, 0.5) };
        var grid = await RunAsync(harness, request);
        Assert.All(grid.Picture.Values, value => Assert.True(float.IsFinite(value)));
        var points = StartGrid.Of(request.Model.Model.Schedule, request.Sampling, request.Compatibility).Timesteps;
        Assert.Equal(PlanOf(request, points.IndexOf(points.MinBy(point => Math.Abs(point - 500)))).Steps.Length, grid.Cost.Steps);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Reconstruct_AmongOthersAtOtherTimesteps_GivesWhatItGivesAlone(string name)
    {
        using var alone = new EngineHarness();
        var expected = await RunAsync(alone, Request(alone, name, 5, start: 12));

        using var together = new EngineHarness();
        var first = together.Submit(Request(together, name, 2, start: 25, fill: -0.4f));
        together.Tick(4);
        var session = together.Submit(Request(together, name, 5, start: 12));
        var last = together.Submit(Request(together, name, 8, start: 3, fill: 0.7f));
        together.RunUntilIdle();
        var actual = await EngineHarness.ResultAsync(session);
        await EngineHarness.ResultAsync(first);
        await EngineHarness.ResultAsync(last);
        Assert.InRange(expected.Picture.Values.Zip(actual.Picture.Values, (a, b) => Math.Abs(a - b)).Max(), 0, 1e-4);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Reconstruct_NotANumberInOneMeasurement_FailsThatSampleAlone(string name)
    {
        using var alone = new EngineHarness();
        var expected = await RunAsync(alone, Request(alone, name, 5, start: 8));

        using var harness = new EngineHarness();
        var broken = harness.Submit(Request(harness, name, 2, start: 8, fill: float.NaN));
        var session = harness.Submit(Request(harness, name, 5, start: 8));
        harness.RunUntilIdle();
        Assert.Equal("NOT_FINITE", (await EngineHarness.FailureAsync(broken)).Reason);
        var actual = await EngineHarness.ResultAsync(session);
        Assert.InRange(expected.Picture.Values.Zip(actual.Picture.Values, (a, b) => Math.Abs(a - b)).Max(), 0, 1e-4);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Restore_AnywhereInThePlan_GivesTheSamePicture(string name)
    {
        using var whole = new EngineHarness();
        var expected = await RunAsync(whole, Request(whole, name, 5, start: 9));
        var steps = expected.Cost.Steps;
        foreach (var done in new[] { 1, steps / 2, steps - 1 }.Where(done => done > 0 && done < steps).Distinct())
        {
            using var first = new EngineHarness();
            first.Submit(Request(first, name, 5, start: 9));
            first.Tick(1 + done);
            var sample = Assert.Single(first.Loop.Samples);
            Assert.Equal(done, sample.StepIndex);
            var state = SampleState.Of(sample).Write();

            using var second = new EngineHarness();
            var resumed = second.Submit(Request(second, name, 5, start: 9));
            second.Tick(1);
            second.Loop.Restore(Assert.Single(second.Loop.Samples), SampleState.Read(state));
            second.RunUntilIdle();
            Assert.Equal(expected.Picture.Values, (await EngineHarness.ResultAsync(resumed)).Picture.Values);
        }
    }

    [Theory]
    [InlineData("daps")]
    [InlineData("lmap")]
    [InlineData("dcdp")]
    public async Task Cancel_InsideAnInnerLoop_TakesEffectAtOnce(string name)
    {
        var calls = 0;
        using var harness = new EngineHarness();
        var model = new FakeModel { Called = (network, _) => calls += network == nameof(FakeModel.Decode) ? 1 : 0 };
        var request = Request(harness, name, 1, start: 200);
        var session = harness.Submit(request with { Model = request.Model with { Model = model } });
        harness.Tick(10);
        var bound = PlanOf(request, 200).Steps.Max(step => step.Cost.DecoderForward);
        for (var i = 0; i < 5; i++)
        {
            var before = calls;
            harness.Tick(1);
            Assert.InRange(calls - before, 0, bound);
        }

        Assert.InRange(bound, 1, 2);
        session.Cancel();
        var made = calls;
        harness.Tick(1);
        Assert.Equal(made, calls);
        Assert.Equal(SessionOutcome.Cancelled, (await EngineHarness.FailureAsync(session)).Outcome);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public void Plan_WhatItNeeds_IsRefusedIfMissing(string name)
    {
        using var harness = new EngineHarness();
        var request = Request(harness, name, 1, start: 5);
        var needs = request.Solver.Descriptor.Needs.HasFlag(SolverNeeds.Operator);
        var violations = request.Solver.Plan(SpecOf(request, 5) with { Operator = null, OperatorPlan = null }).Violations;
        Assert.Equal(needs ? ["operator"] : [], violations.Select(violation => violation.Field));
    }

    private static ReconstructionRequest Request(EngineHarness harness, string name, ulong seed, int start = 9, float fill = 0.25f)
    {
        var (solver, parameters) = ShelfSolvers.Of(name);
        return harness.Request(seed, start, fill: fill) with { Solver = solver, SolverParameters = parameters };
    }

    private static async Task<ResultEvent> RunAsync(EngineHarness harness, ReconstructionRequest request)
    {
        var session = harness.Submit(request);
        harness.RunUntilIdle();
        return await EngineHarness.ResultAsync(session);
    }

    private static SolverPlan PlanOf(ReconstructionRequest request, int start) => request.Solver.Plan(SpecOf(request, start));

    private static SampleSpec SpecOf(ReconstructionRequest request, int start) => SampleFactory.SpecOf(
        request,
        Workpiece.Of(request.Model, request.Operator, request.Measurement, request.Picture),
        start);
}
