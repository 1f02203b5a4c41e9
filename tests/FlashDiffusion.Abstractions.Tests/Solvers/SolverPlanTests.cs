namespace FlashDiffusion.Abstractions.Tests.Solvers;

/// <summary>A plan is told what breaks the contract in it, whatever a solver puts there.</summary>
public sealed class SolverPlanTests
{
    private const int Timesteps = 10;
    private static readonly PlannedStep Sound = new(5, 4, "guided", new StepCost(1, 1, 1, 1, 1));

    public static TheoryData<string, SolverPlan> Broken => new()
    {
        { "Steps is a default array", new SolverPlan { Steps = default } },
        { "Violations is a default array", new SolverPlan { Violations = default } },
        { "A violation is null", new SolverPlan { Violations = [null!] } },
        { "A violation is null, or lacks", new SolverPlan { Violations = [new FieldViolation(null!, "It is wrong.")] } },
        { "Step 2 of 3 has no kind", Of(default(PlannedStep)) },
        { "has no kind", Of(Sound with { Kind = "" }) },
        { "has the timestep 10; give one from 0 to 9", Of(Sound with { Timestep = Timesteps }) },
        { "has the timestep -1", Of(Sound with { Timestep = -1 }) },
        { "moves to the timestep 10", Of(Sound with { PreviousTimestep = Timesteps }) },
        { "moves to the timestep -2", Of(Sound with { PreviousTimestep = -2 }) },
        { "takes 0 calls of Step", Of(Sound with { Chunks = 0 }) },
        { "takes -5 calls of Step", Of(Sound with { Chunks = -5 }) },
        { "below 0", Of(Sound with { Cost = new StepCost(-1) }) },
        { "below 0", Of(Sound with { Cost = new StepCost(1, -1) }) },
        { "below 0", Of(Sound with { Cost = new StepCost(1, 1, -1) }) },
        { "below 0", Of(Sound with { Cost = new StepCost(1, 1, 1, -1) }) },
        { "below 0", Of(Sound with { Cost = new StepCost(1, 1, 1, 1, int.MinValue) }) },
        { "calls of Step, and a plan may have 100000000", Of(Sound with { Chunks = int.MaxValue }, Sound with { Chunks = int.MaxValue }) },
        { "calls of one network, and a plan may have 100000000", Of(Sound with { Cost = new StepCost(int.MaxValue) }, Sound with { Cost = new StepCost(int.MaxValue) }) },
        { "calls of one network", Of(Sound with { Cost = new StepCost(0, 0, 0, 0, SolverPlan.MostCalls) }) },
    };

    [Theory]
    [MemberData(nameof(Broken))]
    public void Fault_PlanThatBreaksTheContract_SaysWhere(string said, SolverPlan plan) =>
        Assert.Contains(said, plan.Fault(Timesteps), StringComparison.Ordinal);

    [Fact]
    public void Fault_PlanThatKeepsIt_IsNone()
    {
        Assert.Null(Of(Sound with { Timestep = 9, PreviousTimestep = -1 }, Sound with { Timestep = 0, PreviousTimestep = 9, Cost = default }).Fault(Timesteps));
        Assert.Null(Of(Sound with { PreviousTimestep = 5, Chunks = SolverPlan.MostCalls - 2 }).Fault(Timesteps));
        Assert.Null(new SolverPlan { Violations = [new FieldViolation("", "It takes no picture.")] }.Fault(Timesteps));
        Assert.Null(new SolverPlan().Fault(Timesteps));
    }

    private static SolverPlan Of(params PlannedStep[] middle) => new() { Steps = [Sound, .. middle, Sound] };
}
