using FlashDiffusion.Sampling;

namespace FlashDiffusion.Abstractions.Tests.Sampling;

public sealed class StepSelectionTests
{
    private static readonly SamplingSpec Ddim = new(SamplerKind.Ddim, 20, 1);

    [Theory]
    [InlineData(SamplerKind.Ddpm, Compatibility.Standard, true)]
    [InlineData(SamplerKind.Ddim, Compatibility.Standard, true)]
    [InlineData(SamplerKind.Ddpm, Compatibility.Official, true)]
    [InlineData(SamplerKind.Ddim, Compatibility.Official, false)]
    public void Every_SecondOfSix_OfficialDdimLeavesTheFirstOut(SamplerKind kind, Compatibility compatibility, bool first)
    {
        // QUIRKS 5: both rules.
        var selected = StepSelection.Every(Samples.Spec(kind == SamplerKind.Ddpm ? SamplingSpec.Ddpm : Ddim, 5, compatibility), 6, 2);

        Assert.Equal([first, true, false, true, false, true], selected);
    }

    [Fact]
    public void Every_OfNothing_SelectsNothing() => Assert.Empty(StepSelection.Every(Samples.Spec(Ddim, 0), 0, 3));

    [Theory]
    [InlineData(751, DiffusionStage.Chaotic)]
    [InlineData(750, DiffusionStage.Semantic)]
    [InlineData(301, DiffusionStage.Semantic)]
    [InlineData(300, DiffusionStage.Refinement)]
    public void StageOf_Borders_AreReSamples(int timestep, DiffusionStage stage) => Assert.Equal(stage, StepSelection.StageOf(Samples.Spec(Ddim, 5), timestep));

    [Fact]
    public void StageOf_ShorterSchedule_OfficialCountsAsOfAThousand()
    {
        // QUIRKS 7: both numbers. Timestep 90 of 100 is chaotic; the research code calls it refinement.
        var schedule = FlashDiffusion.Schedules.NoiseSchedule.Create(100, 0.0015, 0.0195);

        Assert.Equal(DiffusionStage.Chaotic, StepSelection.StageOf(Samples.Spec(Ddim, 5) with { Schedule = schedule }, 90));
        Assert.Equal(DiffusionStage.Refinement, StepSelection.StageOf(Samples.Spec(Ddim, 5, Compatibility.Official) with { Schedule = schedule }, 90));
    }
}
