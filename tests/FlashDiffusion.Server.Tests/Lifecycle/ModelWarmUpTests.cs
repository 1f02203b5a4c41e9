using FlashDiffusion.Engine.Configuration;
using FlashDiffusion.Engine.Scheduling;
using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Lifecycle;
using FlashDiffusion.Server.Plugins;
using FlashDiffusion.Testing.Fakes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Tests.Lifecycle;

/// <summary>Whom a warm-up measures.</summary>
public sealed class ModelWarmUpTests(PackagedModels packaged) : IClassFixture<PackagedModels>
{
    // The default solver's steps call and differentiate the denoiser and the decoder.
    private static readonly StepCost Encoding = new(1, 1, 1, 1, 1);

    [Fact]
    public async Task Run_SeveralSolvers_MeasuresTheDefaultOneAndThoseWithNetworksThatItDoesNotCall()
    {
        await using var scene = await LifecycleScene.StartAsync(packaged);
        FakeSolver fails = new() { Version = "5.0.0", Cost = Encoding };
        fails.Throwing.Add(0);
        var context = WithSolvers(
            scene.State.Context!,
            fails,
            new FakeSolver { Version = "2.0.0", Cost = Encoding },
            new FakeSolver { Version = "3.0.0", Cost = new StepCost(1) },
            new FakeSolver { Version = "4.0.0", Cost = new StepCost(1, 1, 1, 1, 100) });

        await RunAsync(scene, context, devices: 1);

        var steps = Assert.Single((await scene.Engine.StatisticsAsync(TestContext.Current.CancellationToken)).Devices).Lanes.Where(lane => lane.Key.Stage == Stage.Step);
        var rows = steps.ToDictionary(lane => lane.Key.Runner, lane => lane.Curve.Select(point => point.Rows));
        Assert.Equal(["fake/1.0.0", "fake/2.0.0"], rows.Keys.Where(runner => runner != "fake/5.0.0").Order());
        Assert.Equal([1, 2, 4], rows["fake/1.0.0"]);
        Assert.Equal([1], rows["fake/2.0.0"]);
    }

    [Fact]
    public async Task Run_SeveralDevices_AsksEachPlanOnceAndMeasuresOnAll()
    {
        await using var scene = await LifecycleScene.StartAsync(packaged, "cpu,cpu");
        FakeSolver measured = new() { Version = "2.0.0", Cost = Encoding }, passed = new() { Version = "3.0.0", Cost = new StepCost(1) };

        await RunAsync(scene, WithSolvers(scene.State.Context!, measured, passed), devices: 2);

        Assert.Equal(1, passed.PlansAsked);
        var devices = (await scene.Engine.StatisticsAsync(TestContext.Current.CancellationToken)).Devices;
        Assert.Equal(2, devices.Length);
        Assert.All(devices, device => Assert.Equal(
            ["fake/1.0.0", "fake/2.0.0"], device.Lanes.Where(lane => lane.Key.Stage == Stage.Step).Select(lane => lane.Key.Runner).Distinct().Order()));
    }

    private static Task RunAsync(LifecycleScene scene, ServingContext context, int devices) =>
        new ModelWarmUp(Options.Create(new EngineOptions { Threads = 1, MaximumBatch = 4 }), NullLogger<ModelWarmUp>.Instance)
            .RunAsync(scene.Entry()!, context, devices, largestBatch: 8, TestContext.Current.CancellationToken);

    private static ServingContext WithSolvers(ServingContext context, params FakeSolver[] solvers) => new(
        context.Engine,
        context.Models,
        new SolverCatalog([.. context.Solvers.Entries, .. solvers.Select(solver => new SolverEntry(solver.Version, solver.Version, solver, ""))]),
        context.Operators,
        context.DefaultSolver);
}
