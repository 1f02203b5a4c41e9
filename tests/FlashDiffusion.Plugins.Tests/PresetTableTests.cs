namespace FlashDiffusion.Plugins.Tests;

/// <summary>The presets are those of the paper's tables, and every one of them is a setting that its solver takes.</summary>
public sealed class PresetTableTests
{
    [Theory]
    [InlineData("latent_dps", "gaussian_blur_varying_ffhq", 1.2, "guidance_scale", 1, 0.25)]
    [InlineData("latent_dps", "random_inpainting_lsun", 1.2, "guidance_scale", 10, 2.5)]
    [InlineData("gml_dps", "nonlinear_blur_ffhq", 1.2, "guidance_scale", 3, 0.75)]
    [InlineData("gml_dps", "random_inpainting_ffhq", 1.0, "latent_weight", 0.05, 0.0125)]
    [InlineData("psld", "gaussian_blur_fixed_ffhq", 1.0, "latent_weight", 0.1, 0.025)]
    [InlineData("resample", "gaussian_blur_fixed_ffhq", 1.2, "resample_gamma", 2000, 2000)]
    public void Presets_Cell_HoldsThePapersNumbers(string solver, string name, double correction, string parameter, double official, double standard)
    {
        var preset = Solvers.Named(solver).Descriptor.Presets.Single(candidate => candidate.Name == name);

        Assert.Equal(correction, preset.Correction);
        Assert.Equal(official, preset.ParametersFor(Compatibility.Official)[parameter]);
        Assert.Equal(standard, preset.ParametersFor(Compatibility.Standard)[parameter]);
    }

    [Fact]
    public void Presets_All_AreAllowedByTheirSolvers()
    {
        Assert.Equal([8, 8, 6, 8, 0], Solvers.All.Select(solver => solver.Descriptor.Presets.Length));
        foreach (var solver in Solvers.All)
        {
            foreach (var preset in solver.Descriptor.Presets)
            {
                var violations = new List<FieldViolation>();
                var given = preset.Parameters.ToDictionary(pair => pair.Key, pair => ParameterValue.Of(pair.Value));
                given[NamedPreset.ParameterName] = ParameterValue.Of(preset.Name);
                ParameterSet.Resolve(solver.Descriptor.Parameters, given, "parameters", violations);
                Assert.Empty(violations);
            }
        }
    }
}
