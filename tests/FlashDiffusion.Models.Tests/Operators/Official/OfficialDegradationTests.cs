using System.Text.Json;

namespace FlashDiffusion.Models.Operators.Official;

public sealed class OfficialDegradationTests
{
    [Fact]
    public void Spec_UnknownOperatorScheduleOrMask_IsRefusedByName()
    {
        Assert.Contains("motion", Assert.Throws<NotSupportedException>(() => Parse("""{"type": "motion"}""").Spec(0.5f)).Message, StringComparison.Ordinal);
        Assert.Contains("cubic", Assert.Throws<NotSupportedException>(() => Parse("""{"type": "gaussian_blur", "scheduling": "cubic"}""").Spec(0.5f)).Message, StringComparison.Ordinal);
        Assert.Contains("star", Assert.Throws<NotSupportedException>(() => Parse("""{"type": "inpainting", "mask_type": "star"}""").Spec(0.5f)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Spec_MissingNumber_IsRefusedByName() =>
        Assert.Contains("max_std", Assert.Throws<FormatException>(() => Parse("""{"type": "gaussian_blur", "kernel_size": 61}""").Spec(0.5f)).Message, StringComparison.Ordinal);

    [Fact]
    public void Table_BeyondItsEnds_IsConstant()
    {
        Assert.Equal(0.5, OfficialBlurLevel.FromTable(0f, [(0.2, 0.5), (0.8, 2.0)]));
        Assert.Equal(2.0, OfficialBlurLevel.FromTable(1f, [(0.2, 0.5), (0.8, 2.0)]));
        Assert.Equal(1.25, OfficialBlurLevel.FromTable(0.5f, [(0.2, 0.5), (0.8, 2.0)]), 1e-7);
    }

    [Fact]
    public void Spec_NonlinearBlur_TakesItsCodeFromTheSeedWhateverTheSeverity()
    {
        var degradation = Parse("""{"type": "nonlinear_blur", "opt_yml_path": "bkse/options/default.yml"}""");
        foreach (var t in new[] { 0f, 1f })
        {
            var spec = degradation.Spec(t, seed: 7);
            Assert.Equal(("nonlinear_blur_network", 7UL, 1.2), (spec.Name, spec.Seed, spec.Parameters.Number("code_std")));
            Assert.Equal(Compatibility.Official, spec.Compatibility);
        }
    }

    private static OfficialDegradation Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        return new OfficialDegradation(document.RootElement);
    }
}
