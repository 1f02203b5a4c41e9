using FlashDiffusion.Testing.Fakes;

namespace FlashDiffusion.Engine.Tests.Hangs;

/// <summary>The fake solver, which stops in the step that a test chooses until the test lets it go on.</summary>
internal sealed class HangingSolver : ILatentSolver, IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);
    private readonly FakeSolver _inner = new();
    private readonly ManualResetEventSlim _release = new();
    private readonly SemaphoreSlim _entered = new(0);

    public SolverDescriptor Descriptor => _inner.Descriptor with { Name = "hanging", Version = "2.0.0" };

    /// <summary>Whether it stops in a step.</summary>
    public Func<StepBatch, bool> Hangs { get; set; } = _ => false;

    /// <summary>Whether it calls a network once it goes on.</summary>
    public bool CallsAfterwards { get; set; } = true;

    public SolverPlan Plan(SampleSpec sample) => _inner.Plan(sample);

    public StepOutput Step(StepBatch batch)
    {
        if (!Hangs(batch))
        {
            return _inner.Step(batch);
        }

        _entered.Release();
        _release.Wait(Patience);
        return CallsAfterwards ? _inner.Step(batch) : new StepOutput { Latents = batch.Latents.alias(), PredictedClean = batch.Latents.alias() };
    }

    /// <summary>Waits until it stands in such a step.</summary>
    public Task EnteredAsync() => _entered.WaitAsync(Patience, TestContext.Current.CancellationToken);

    /// <summary>Lets it go on.</summary>
    public void Release() => _release.Set();

    public void Dispose()
    {
        _release.Set();
        _entered.Dispose();
    }
}
