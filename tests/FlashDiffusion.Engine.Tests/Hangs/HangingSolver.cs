using FlashDiffusion.Engine.Admissions;
using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Engine.Tests.Hangs;

/// <summary>The fake solver, which stops in the step or the plan that a test chooses until the test lets it go on.</summary>
internal sealed class HangingSolver : ILatentSolver, IDisposable
{
    private readonly FakeSolver _inner = new();
    private readonly HangPoint _point = new();
    private int _calls;

    public SolverDescriptor Descriptor => _inner.Descriptor with { Name = "hanging", Version = "2.0.0" };

    /// <summary>Whether it stops in a step.</summary>
    public Func<StepBatch, bool> Hangs { get; set; } = _ => false;

    /// <summary>Whether it stops in a plan.</summary>
    public bool HangsPlanning { get; set; }

    /// <summary>Whether it stops in a plan that a request is checked by.</summary>
    public bool HangsChecking { get; set; }

    /// <summary>The same only of a trajectory that was cut.</summary>
    public bool HangsCheckingCut { get; set; }

    /// <summary>Whether plans throw.</summary>
    public bool ThrowsPlanning { get; set; }

    /// <summary>What becomes of plans on their way to the engine.</summary>
    public Func<SolverPlan, SolverPlan> Spoilt { get; set; } = plan => plan;

    /// <summary>Calls that a step takes.</summary>
    public int Chunks { get; init; } = 1;

    /// <summary>Whether it calls a network once it goes on.</summary>
    public bool CallsAfterwards { get; set; } = true;

    public SolverPlan Plan(SampleSpec sample)
    {
        _point.Pass(HangsPlanning);
        _point.Pass(HangsChecking || (HangsCheckingCut && !sample.Trajectory.IsEmpty), AdmissionThreads.Name);
        if (ThrowsPlanning)
        {
            throw new InvalidOperationException("Told to throw.");
        }

        var plan = _inner.Plan(sample);
        return Spoilt(plan with { Steps = [.. plan.Steps.Select(step => step with { Chunks = Chunks })] });
    }

    public StepOutput Step(StepBatch batch)
    {
        if (!_point.Pass(Hangs(batch)) || CallsAfterwards)
        {
            var output = _inner.Step(batch);
            return ++_calls % Chunks == 0 ? output : output with { Completed = [.. batch.Rows.Select(_ => false)] };
        }

        return new StepOutput { Latents = batch.Latents.alias(), PredictedClean = batch.Latents.alias() };
    }

    /// <summary>Waits until it stands in such a call.</summary>
    public Task EnteredAsync() => _point.EnteredAsync();

    /// <summary>Lets it go on.</summary>
    public void Release() => _point.Release();

    public void Dispose() => _point.Dispose();
}
