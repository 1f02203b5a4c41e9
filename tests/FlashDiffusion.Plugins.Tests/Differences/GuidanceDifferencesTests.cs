using static TorchSharp.torch;

namespace FlashDiffusion.Plugins.Tests.Differences;

/// <summary>Where guidance of the research code differs from the right one: both numbers.</summary>
public sealed class GuidanceDifferencesTests
{
    private static readonly SamplingSpec Ddim = new(SamplerKind.Ddim, 20, 0);

    [Fact]
    public void Plan_Start_OfficialRunsOneStepFewerWithDdpmAndTwoFewerWithDdim()
    {
        // QUIRKS 1.
        Assert.Equal((41, 40), Steps(new Scene("latent_dps") { StartIndex = 40 }));
        Assert.Equal((11, 9), Steps(new Scene("latent_dps") { StartIndex = 10, Sampling = Ddim }));
        Assert.Equal((1, 19), Steps(new Scene("latent_dps") { StartIndex = 0, Sampling = Ddim }));
        Assert.Equal((1, 0), Steps(new Scene("latent_dps") { StartIndex = 0 }));
    }

    [Fact]
    public void Plan_DdimGrid_OfficialHasOtherPointsAndEndsAtTimestepZero()
    {
        // QUIRKS 2: thirty points become thirty-one.
        var scene = new Scene("latent_dps") { StartIndex = 29, Sampling = new SamplingSpec(SamplerKind.Ddim, 30, 0) };
        var standard = scene.Solver.Plan(scene.Sample(Compatibility.Standard)).Steps;
        var official = scene.Solver.Plan(scene.Sample(Compatibility.Official)).Steps;

        Assert.Equal((999, -1), (standard[0].Timestep, standard[^1].PreviousTimestep));
        Assert.Equal((892, 0), (official[0].Timestep, official[^1].PreviousTimestep));
        Assert.Equal((34, 33), (standard[^2].Timestep, official[^2].Timestep - official[^1].Timestep));
    }

    [Fact]
    public void Plan_HalfGuided_OfficialDdimDoesNotGuideTheFirst()
    {
        // QUIRKS 5.
        var scene = new Scene("latent_dps", ("guidance_frequency", ParameterValue.Of(0.5))) { StartIndex = 5, Sampling = Ddim };

        Assert.Equal("guided", scene.Solver.Plan(scene.Sample(Compatibility.Standard)).Steps[0].Kind);
        Assert.Equal("plain", (scene with { StartIndex = 7 }).Solver.Plan((scene with { StartIndex = 7 }).Sample(Compatibility.Official)).Steps[0].Kind);
    }

    [Theory]
    [InlineData("latent_dps")]
    [InlineData("gml_dps")]
    [InlineData("psld")]
    public void Step_TwoRows_OfficialCouplesThem(string solver)
    {
        using var scope = NewDisposeScope();
        var one = new Scene(solver);
        var two = new Scene(solver) { Rows = 2 };

        // The first row of two has the same latent, measurement and noise as the one alone.
        Assert.Equal(0, Scene.Distance(one.Run(Compatibility.Standard, 1)[0].Latents[0], two.Run(Compatibility.Standard, 1)[0].Latents[0]), 1e-6f);
        Assert.True(Scene.Distance(one.Run(Compatibility.Official, 1)[0].Latents[0], two.Run(Compatibility.Official, 1)[0].Latents[0]) > 1e-3f);
    }

    [Fact]
    public void Step_RemovedPixels_OfficialLetsTheirNoiseShareTheNorm()
    {
        // QUIRKS 17 and 15: noise lies on removed pixels too, and their prediction is black.
        using var scope = NewDisposeScope();
        var scene = new Scene("latent_dps") { Operator = "inpainting", OperatorParameters = [("removed", 0.5)] };
        var standard = scene.Run(Compatibility.Standard, 1)[0].Residual!.item<float>();
        var official = scene.Run(Compatibility.Official, 1)[0].Residual!.item<float>();

        Assert.True(official > 1.2f * standard, $"{standard} against {official}");
    }

    [Theory]
    [InlineData("gml_dps")]
    [InlineData("psld")]
    public void Step_LatentScale_OfficialForgetsItInTheEncoder(string solver)
    {
        // QUIRKS 9. With scale 1 the modes differ by less.
        using var scope = NewDisposeScope();
        var scene = new Scene(solver, ("latent_weight", ParameterValue.Of(5)), ("guidance_scale", ParameterValue.Of(1e-6))) { Model = new() { LatentScale = 0.2 }, OperatorParameters = [("std", 0.3)] };
        var plain = new Scene("latent_dps", ("guidance_scale", ParameterValue.Of(0))) { Model = new() { LatentScale = 0.2 } };
        var unguided = plain.Run(Compatibility.Standard, 1)[0].Latents;

        // E(D(z0)) is z0 for these networks, so that GML's term vanishes where the scale is kept.
        var standard = Scene.Distance(scene.Run(Compatibility.Standard, 1)[0].Latents, unguided);
        var official = Scene.Distance(scene.Run(Compatibility.Official, 1)[0].Latents, unguided);

        Assert.True(official > 2 * standard, $"{standard} against {official}");
    }

    [Fact]
    public void Step_PsldOfBlur_OfficialTransposeIsNotTheAdjoint()
    {
        // QUIRKS 12.
        using var scope = NewDisposeScope();
        var scene = new Scene("psld", ("latent_weight", ParameterValue.Of(5))) { OperatorParameters = [("std", 2)] };
        var gml = new Scene("gml_dps", ("latent_weight", ParameterValue.Of(5))) { OperatorParameters = [("std", 2)] };

        // What the glued term adds to GML-DPS's, in both modes; the picture's size is below the reference, hence the factor of two.
        var standard = (scene.Run(Compatibility.Standard, 1)[0].Latents - gml.Run(Compatibility.Standard, 1)[0].Latents) * 2;
        var official = scene.Run(Compatibility.Official, 1)[0].Latents - gml.Run(Compatibility.Official, 1)[0].Latents;
        var difference = (standard - official).norm().item<float>() / standard.norm().item<float>();

        Assert.InRange(difference, 0.005f, 0.9f);
    }

    [Fact]
    public void Step_StepSize_StandardGrowsWithThePicture()
    {
        // The official step size is the paper's; the standard one is for 64x64, of which this picture has a quarter of the pixels.
        using var scope = NewDisposeScope();
        var scene = new Scene("latent_dps");
        var unguided = new Scene("latent_dps", ("guidance_scale", ParameterValue.Of(0))).Run(Compatibility.Standard, 1)[0].Latents;
        var standard = (scene.Run(Compatibility.Standard, 1)[0].Latents - unguided).norm().item<float>();
        var official = (scene with { StartIndex = 41 }).Run(Compatibility.Official, 1)[0].Latents - unguided;

        Assert.Equal(2, official.norm().item<float>() / standard, 1e-2f);
    }

    private static (int Standard, int Official) Steps(Scene scene) =>
        (scene.Solver.Plan(scene.Sample(Compatibility.Standard)).Steps.Length, scene.Solver.Plan(scene.Sample(Compatibility.Official)).Steps.Length);
}
