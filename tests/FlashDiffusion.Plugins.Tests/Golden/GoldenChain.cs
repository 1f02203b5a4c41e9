using System.Collections.Frozen;
using System.Collections.Immutable;
using static TorchSharp.torch;

namespace FlashDiffusion.Plugins.Tests.Golden;

/// <summary>The loop around a solver's steps, as the engine runs it, over all rows of a golden run at once.</summary>
internal sealed class GoldenChain
{
    private readonly ILatentDiffusionModel _model;
    private readonly ILatentSolver _solver;
    private readonly SampleSpec _sample;
    private readonly ImmutableArray<RecordedNoise> _noise;
    private readonly IForwardOperator _forward;
    private readonly Tensor _measurements;

    public GoldenChain(GoldenRun golden, ILatentDiffusionModel model, ILatentSolver solver, SampleSpec sample, IForwardOperator forward, int firstNoise = 0)
    {
        (_model, _solver, _sample, _forward) = (model, solver, sample, forward);
        _measurements = forward.Consistent(golden.Tensors["y"]);
        _noise = [.. Enumerable.Range(0, (int)_measurements.shape[0]).Select(row => new RecordedNoise(golden.Tensors, firstNoise, row))];
        Plan = solver.Plan(sample);
    }

    public SolverPlan Plan { get; }

    /// <summary>Runs the planned steps.</summary>
    /// <param name="latents">The start.</param>
    /// <param name="done">Called with the index of every step and what it made, and how its rows stood before its last chunk.</param>
    /// <returns>The last latents.</returns>
    public Tensor Run(Tensor latents, Action<int, StepOutput> done)
    {
        IReadOnlyDictionary<string, Tensor> scratch = FrozenDictionary<string, Tensor>.Empty;
        foreach (var (index, step) in Plan.Steps.Index())
        {
            StepOutput output;
            do
            {
                output = _solver.Step(new StepBatch
                {
                    Model = _model,
                    Rows = [.. _noise.Select(noise => new StepRow(_sample, step, index, noise))],
                    Latents = latents,
                    Operator = _forward,
                    Measurements = _measurements,
                    Scratch = scratch,
                });
                latents = output.Latents;
                scratch = output.Scratch;
            }
            while (output.Completed is { } completed && !Array.TrueForAll(completed, row => row));
            done(index, output);
        }

        return latents;
    }
}
