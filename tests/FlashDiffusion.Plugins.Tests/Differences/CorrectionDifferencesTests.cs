using static TorchSharp.torch;

namespace FlashDiffusion.Plugins.Tests.Differences;

/// <summary>Where corrections of the research code differ from the right ones: both numbers.</summary>
public sealed class CorrectionDifferencesTests
{
    private static readonly SamplingSpec Ddim = new(SamplerKind.Ddim, 20, 1);

    [Fact]
    public void Solve_FromThePrediction_OfficialRegularisationDoesNothing()
    {
        // QUIRKS 3: 0 and a million give the same bits there, and hold the latent in place here.
        using var scope = NewDisposeScope();
        var free = Corrected(Compatibility.Official, regularisation: 0);
        Assert.Equal(0, Scene.Distance(free, Corrected(Compatibility.Official, regularisation: 1e6)));

        var standard = Corrected(Compatibility.Standard, regularisation: 0);
        var held = Corrected(Compatibility.Standard, regularisation: 1e6);
        Assert.True(Scene.Distance(standard, held) > 0.1f);
    }

    [Fact]
    public void Solve_FromThePrediction_OfficialGuidanceSeesTheCorrectedLatent()
    {
        // QUIRKS 3: the general algorithm pays a second look for it.
        var scene = Mixture();
        var standard = scene.Solver.Plan(scene.Sample(Compatibility.Standard)).Steps;
        var official = scene.Solver.Plan(scene.Sample(Compatibility.Official)).Steps;

        Assert.Equal([new StepCost(1, 1, 1, 1), new StepCost(0, 0, 3, 3), default], standard.TakeLast(3).Select(step => step.Cost));
        Assert.Equal([new StepCost(1), new StepCost(0, 0, 3, 3), new StepCost(1, 1, 1, 1)], official.TakeLast(3).Select(step => step.Cost));
    }

    [Fact]
    public void Resample_GuidedFromThePrediction_OfficialDifferentiatesAtTheCorrectedLatent()
    {
        // QUIRKS 3: along the gradient at the prediction here, along that at the corrected latent there.
        using var scope = NewDisposeScope();
        foreach (var compatibility in new[] { Compatibility.Standard, Compatibility.Official })
        {
            var guided = Mixture().Run(compatibility, 3);
            var unguided = Mixture(("guidance_scale", ParameterValue.Of(0))).Run(compatibility, 3);
            var pull = unguided[^1].Latents - guided[^1].Latents;
            var atPrediction = Cosine(pull, Mixture().GuidanceAt(compatibility, guided[0].PredictedClean));
            var atCorrected = Cosine(pull, Mixture().GuidanceAt(compatibility, guided[^1].PredictedClean));

            var (along, other) = compatibility == Compatibility.Standard ? (atPrediction, atCorrected) : (atCorrected, atPrediction);
            Assert.Equal(1, along, 1e-4f);
            Assert.True(other < 0.999f, $"{compatibility}: {along} and {other}");
        }
    }

    [Fact]
    public void Resample_TheLastStepOfDdpm_OfficialThrowsTheCorrectionAway()
    {
        // QUIRKS 4: variance 0 at the clean latent.
        using var scope = NewDisposeScope();
        var scene = new Scene("resample", ("correction_updates", ParameterValue.Of(5))) { StartIndex = 0 };
        var standard = scene.Run(Compatibility.Standard);
        var official = (scene with { StartIndex = 1 }).Run(Compatibility.Official);

        Assert.Equal(0, Scene.Distance(standard[^1].Latents, standard[^1].PredictedClean));
        Assert.True(Scene.Distance(official[^1].Latents, official[^1].PredictedClean) > 0.01f);
    }

    [Fact]
    public void Solve_TwoRows_OfficialStopsThemTogether()
    {
        // Batch coupling, within a request only: the mean squared residual is over all rows there.
        using var scope = NewDisposeScope();
        var scene = Resampling(("correction_tolerance", ParameterValue.Of(0.17)), ("correction_updates", ParameterValue.Of(60))) with { Rows = 2 };
        var standard = Updates(scene, Compatibility.Standard);
        var official = Updates(scene, Compatibility.Official);

        Assert.NotEqual(standard[0], standard[1]);
        Assert.Equal(official[0], official[1]);
    }

    [Fact]
    public void Solve_RemovedPixels_OfficialCountsThem()
    {
        // QUIRKS 17: the noise that lies on removed pixels keeps the official residual large, so it goes on for longer.
        using var scope = NewDisposeScope();
        var scene = Resampling(("correction_tolerance", ParameterValue.Of(0.1)), ("correction_updates", ParameterValue.Of(60))) with { Operator = "inpainting", OperatorParameters = [("removed", 0.8)] };

        Assert.NotEqual(Updates(scene, Compatibility.Standard)[0], Updates(scene, Compatibility.Official)[0]);
    }

    [Fact]
    public void Plan_Stages_NothingIsCorrectedWhereAllIsChaotic()
    {
        var scene = Resampling() with { StartIndex = 19 };
        var kinds = scene.Solver.Plan(scene.Sample(Compatibility.Standard)).Steps;

        Assert.All(kinds.Where(step => step.Timestep > 750), step => Assert.Equal("plain", step.Kind));
        Assert.All(kinds.Where(step => step.Kind.Contains("image", StringComparison.Ordinal)), step => Assert.InRange(step.Timestep, 301, 750));
        Assert.All(kinds.Where(step => step.Kind.Contains("latent", StringComparison.Ordinal)), step => Assert.InRange(step.Timestep, 0, 300));
    }

    private static Scene Resampling(params (string Name, ParameterValue Value)[] parameters) =>
        new("resample", [("correction_every", ParameterValue.Of(1)), .. parameters]) { StartIndex = 4, Sampling = Ddim };

    private static float Cosine(Tensor left, Tensor right) => ((left * right).sum() / (left.norm() * right.norm())).item<float>();

    private static Scene Mixture(params (string Name, ParameterValue Value)[] parameters) => new(
        "latent_recon", [.. parameters, ("correction_every", ParameterValue.Of(1)), ("correction_updates", ParameterValue.Of(3)), ("correction_regularisation", ParameterValue.Of(0))]) { StartIndex = 3, Sampling = Ddim };

    private static Tensor Corrected(Compatibility compatibility, double regularisation) =>
        Resampling(("correction_updates", ParameterValue.Of(5)), ("correction_regularisation", ParameterValue.Of(regularisation))).Run(compatibility, 3)[^1].PredictedClean;

    private static long[] Updates(Scene scene, Compatibility compatibility) => scene.Run(compatibility, 2)[1].Scratch["correction.updates"].data<long>().ToArray();
}
