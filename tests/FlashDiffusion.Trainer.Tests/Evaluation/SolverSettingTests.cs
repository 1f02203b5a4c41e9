using FlashDiffusion.Testing.Tools;
using FlashDiffusion.Trainer.Commands;
using FlashDiffusion.Trainer.Evaluation;
using FlashDiffusion.Trainer.Packaging;

namespace FlashDiffusion.Trainer.Tests.Evaluation;

public sealed class SolverSettingTests
{
    private static readonly Dictionary<string, double> None = [];

    [Fact]
    public void Presets_ShippedModel_HasThoseOfLatentDps()
    {
        var presets = SolverSetting.Presets(Path.Combine(Checkout.Root, "server", "models", "starter", "1", "model.json"));
        Assert.Equal(2, SolverSetting.Of(presets, "latent_dps", "gaussian_blur", None).Parameters["guidance_scale"]);
    }

    [Fact]
    public void Presets_ShippedModel_NameSolversAndParametersThatExist()
    {
        foreach (var preset in SolverSetting.Presets(Path.Combine(Checkout.Root, "server", "models", "starter", "1", "model.json")).Where(preset => SolverShelf.All.Any(solver => solver.Descriptor.Name == preset.Solver)))
        {
            var violations = new List<FieldViolation>();
            ParameterSet.Resolve(
                SolverShelf.Find(preset.Solver).Descriptor.Parameters,
                preset.Parameters.ToDictionary(pair => pair.Key, pair => ParameterValue.Of(pair.Value)),
                preset.Solver,
                violations);
            Assert.Empty(violations);
        }
    }

    [Fact]
    public void Presets_ShippedModel_HoldTheListThatThePackagerReads()
    {
        var folder = Path.Combine(Checkout.Root, "server", "models", "starter");
        var shipped = SolverSetting.Presets(Path.Combine(folder, "1", "model.json"));
        Assert.All(TunedPresets.OfOtherSolvers(Path.Combine(folder, "solver-presets.json")), preset =>
            Assert.Equal(preset.Parameters, SolverSetting.Of(shipped, preset.Solver, preset.Operator, None).Parameters));
    }

    [Fact]
    public void Presets_ShippedModel_HoldWhatWasTuned()
    {
        var folder = Path.Combine(Checkout.Root, "server", "models", "starter");
        var shipped = SolverSetting.Presets(Path.Combine(folder, "1", "model.json"));
        Assert.All(TunedPresets.Of(TuneCommand.Read(Path.Combine(folder, "tuning.json"))), preset =>
        {
            var same = Assert.Single(shipped, other => (other.Solver, other.Operator) == (preset.Solver, preset.Operator));
            Assert.Equal((preset.Correction, preset.GuidanceExponent), (same.Correction, same.GuidanceExponent));
            Assert.Equal(preset.Parameters, same.Parameters);
            Assert.Equal(preset.FullParameters, same.FullParameters);
        });
    }

    [Fact]
    public void Of_Overrides_ReplaceThePresetAndNameAnotherRow()
    {
        var presets = SolverSetting.Presets(Path.Combine(Checkout.Root, "server", "models", "starter", "1", "model.json"));
        var preset = SolverSetting.Of(presets, "latent_dps", "gaussian_blur", None);
        var other = SolverSetting.Of(presets, "latent_dps", "gaussian_blur", new Dictionary<string, double> { ["guidance_scale"] = 0.5 });
        Assert.Equal(0.5, other.Parameters["guidance_scale"]);
        Assert.NotEqual(preset.Tag("latent_dps", "1", "gaussian_blur"), other.Tag("latent_dps", "1", "gaussian_blur"));
    }

    [Fact]
    public void Of_NothingTuned_IsTheDefault() => Assert.Equal((1, 0), (SolverSetting.Of([], "ddim", "denoising", None).Correction, SolverSetting.Of([], "ddim", "denoising", None).Parameters.Count));
}
