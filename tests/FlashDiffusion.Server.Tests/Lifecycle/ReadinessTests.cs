using FlashDiffusion.Server.Catalogs;
using FlashDiffusion.Server.Plugins;
using FlashDiffusion.Testing.Checkpoints;

namespace FlashDiffusion.Server.Tests.Lifecycle;

/// <summary>A server without what most requests mean is not ready: else a mistyped folder would pass a rolling update.</summary>
public sealed class ReadinessTests(PackagedModels packaged) : IClassFixture<PackagedModels>
{
    [Fact]
    public async Task Start_WithItsDefaults_IsReady() => Assert.True(await StateWith(context => context));

    [Fact]
    public async Task Start_WithoutAnyModel_IsNotReadyAndSaysWhichOption() =>
        Assert.False(await StateWith(context => context with { Models = ModelCatalog.Empty }, "--models"));

    [Fact]
    public async Task Start_WithoutTheConfiguredModel_IsNotReadyWhateverElseIsThere() =>
        Assert.False(await StateWith(context => context with { Models = new ModelCatalog(context.Models.Entries, "nobody") }, "'nobody'"));

    [Fact]
    public async Task Start_DefaultModelFailed_IsNotReadyAndSaysWhy() => Assert.False(await StateWith(
        context => context with { Models = new ModelCatalog(context.Models.Entries.Select(entry => entry.Without(ServedState.Failed, "Its hash is wrong.")), TinyModels.Model) }, "Its hash is wrong."));

    [Fact]
    public async Task Start_WithoutTheDefaultSolver_IsNotReady() => Assert.False(await StateWith(context => context with { DefaultSolver = "nonsense" }, "--default-solver"));

    [Fact]
    public async Task Start_DefaultSolverRefused_SaysWhy() => Assert.False(await StateWith(
        context => context with { Solvers = new SolverCatalog([new SolverEntry("fake", "1.0.0", null, "The SHA-256 is wrong.")]) }, "The SHA-256 is wrong."));

    private async Task<bool> StateWith(Func<ServingContext, ServingContext> change, string reason = "")
    {
        await using var scene = await LifecycleScene.StartAsync(packaged);
        scene.State.Publish(change(scene.State.Context!));

        Assert.True(scene.State.TakesRequests);
        Assert.Equal(reason.Length == 0, !scene.State.Lacking.Any());
        Assert.Contains(reason, string.Join('\n', scene.State.Lacking), StringComparison.Ordinal);
        return scene.State.IsReady;
    }
}
