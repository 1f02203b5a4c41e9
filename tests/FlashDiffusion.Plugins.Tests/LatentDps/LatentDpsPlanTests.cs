using FlashDiffusion.Plugins.LatentDps;
using FlashDiffusion.Schedules;

namespace FlashDiffusion.Plugins.Tests.LatentDps;

public sealed class LatentDpsPlanTests
{
    private static readonly LatentDpsSolver Solver = new();

    [Fact]
    public void Plan_Defaults_GuidesEveryStepAndDeclaresItsCost()
    {
        var plan = Solver.Plan(Sample(79));

        Assert.Empty(plan.Violations);
        Assert.Equal(80, plan.Steps.Length);
        Assert.Equal(new StepCost(80, 80, 80, 80), plan.Cost);
    }

    [Fact]
    public void Plan_WithoutOperator_IsRefused()
    {
        var plan = Solver.Plan(Sample(10) with { Operator = null });

        Assert.Equal("operator", Assert.Single(plan.Violations).Field);
    }

    [Fact]
    public void Plan_HalfTheStepsGuided_CountsFromTheLastOne()
    {
        var plan = Solver.Plan(Sample(9, ("guidance_frequency", ParameterValue.Of(0.5))));

        // Timesteps 9..0: every second from 0 up, and the first because DDPM guides it too.
        Assert.Equal([9, 8, 6, 4, 2, 0], plan.Steps.Where(step => step.Kind == "guided").Select(step => step.Timestep));
    }

    [Fact]
    public void Plan_Stages_GuideOnlyTheirTimesteps()
    {
        var plan = Solver.Plan(Sample(999, ("guidance_stages", ParameterValue.Of("chaotic+refinement"))));

        Assert.All(plan.Steps, step => Assert.Equal(step.Timestep is > 750 or <= 300, step.Kind == "guided"));
    }

    [Fact]
    public void Plan_NoGuidance_CostsNoDecoder()
    {
        Assert.Equal(new StepCost(11), Solver.Plan(Sample(10, ("guidance_scale", ParameterValue.Of(0)))).Cost);
    }

    private static SampleSpec Sample(int start, params (string Name, ParameterValue Value)[] parameters)
    {
        var violations = new List<FieldViolation>();
        var set = ParameterSet.Resolve(Solver.Descriptor.Parameters, parameters.ToDictionary(p => p.Name, p => p.Value), "parameters", violations);
        Assert.Empty(violations);
        return new SampleSpec
        {
            Schedule = NoiseSchedule.Create(1000, 0.0015, 0.0195),
            Latent = new LatentShape(4, 16, 16),
            Picture = new PictureShape(64, 64),
            Sampling = SamplingSpec.Ddpm,
            StartIndex = start,
            Parameters = set,
            Operator = new OperatorSpec("gaussian_blur", ParameterSet.Empty),
        };
    }
}
