using System.Collections.Immutable;
using Xunit;
using static TorchSharp.torch;

namespace FlashDiffusion.Conformance;

/// <summary>
/// Plays the engine: gathers rows of one kind, lets the solver step, gives every sample its row. The kind with the most rows goes first,
/// so that samples at different timesteps meet.
/// </summary>
/// <param name="bench">Where the samples come from.</param>
/// <param name="solver">The solver.</param>
/// <param name="samples">The samples; owned here.</param>
/// <param name="width">
/// Rows of every batch, filled up with copies of the first: the compute shape of exact mode, where the last bit may not depend on
/// companions. Null for batches as large as the rows are many.
/// </param>
internal sealed class TrialRun(TrialBench bench, ILatentSolver solver, IReadOnlyList<TrialSample> samples, int? width = null) : IDisposable
{
    /// <summary>Calls of the solver after which a run counts as endless.</summary>
    private const int MostCalls = 100_000;

    public IReadOnlyList<TrialSample> Samples => samples;

    /// <summary>Called before each call of the solver, with the number of calls so far.</summary>
    public Action<int> BeforeCall { get; set; } = _ => { };

    /// <summary>Called after each call of the solver.</summary>
    public Action<StepBatch, StepOutput> AfterCall { get; set; } = (_, _) => { };

    /// <summary>Called with each batch before the solver sees it.</summary>
    public Action<StepBatch> OnBatch { get; set; } = _ => { };

    /// <summary>Whether a solver that throws fails the rows (after each has been tried alone) rather than the test.</summary>
    public bool Forgives { get; init; }

    /// <summary>Calls of the solver so far.</summary>
    public int Calls { get; private set; }

    /// <summary>Whether rows at different timesteps shared a batch.</summary>
    public bool Mixed { get; private set; }

    /// <summary>Network calls in rows, of all batches.</summary>
    public CallCount Counted { get; } = new();

    /// <summary>Runs every sample to its end.</summary>
    public TrialRun ToEnd()
    {
        while (Next() is { Count: > 0 } rows)
        {
            Assert.True(Calls < MostCalls, $"{MostCalls} calls of Step and no end: a step that is never completed?");
            BeforeCall(Calls);
            rows = [.. rows.Where(row => row.IsActive)];
            if (rows.Count > 0)
            {
                Call(rows);
            }
        }

        return this;
    }

    public void Dispose()
    {
        foreach (var sample in samples)
        {
            sample.Dispose();
        }
    }

    // Samples in official mode never share a batch.
    private List<TrialSample> Next() => samples
        .Where(sample => sample.IsActive)
        .GroupBy(sample => (sample.NextStep.Kind, sample.Spec.OperatorPlan?.StructuralKey, Alone: sample.Spec.Compatibility == Compatibility.Official ? sample : null))
        .OrderByDescending(group => group.Count())
        .FirstOrDefault()?.ToList() ?? [];

    private void Call(List<TrialSample> rows)
    {
        Calls++;
        Mixed |= rows.Select(row => row.NextStep.Timestep).Distinct().Count() > 1;
        try
        {
            Attempt(rows);
        }
        catch (Exception exception) when (Forgives && rows.Count == 1 && exception is not Xunit.Sdk.XunitException)
        {
            rows[0].Failure = exception.Message;
        }
        catch (Exception exception) when (Forgives && exception is not Xunit.Sdk.XunitException)
        {
            foreach (var row in rows)
            {
                Call([row]);
            }
        }
    }

    private void Attempt(List<TrialSample> rows)
    {
        TrialSample[] filled = [.. rows, .. Enumerable.Repeat(rows[0], Math.Max(0, (width ?? 0) - rows.Count))];
        using var scope = NewDisposeScope();
        using var gradients = enable_grad();
        using var bound = rows[0].Spec.Operator is null ? null : bench.Family!.Bind([.. filled.Select(row => row.Spec.Operator!)], bench.Picture, bench.Model.Device);
        var before = Counted.Total;
        var batch = new StepBatch
        {
            Model = new CountedModel(bench.Model, Counted),
            Rows = [.. filled.Select(row => row.Row)],
            Latents = stack(filled.Select(row => row.Latent)),
            Operator = bound,
            Measurements = bound?.Consistent(stack(filled.Select(row => row.Measurement))).detach(),
            Scratch = Gather(filled),
        };
        OnBatch(batch);
        var output = solver.Step(batch);
        AfterCall(batch, output);
        OutputContract.Check(batch, output);
        Commit(rows, output, Difference(Counted.Total, before));
    }

    private static void Commit(List<TrialSample> rows, StepOutput output, StepCost calls)
    {
        using var guard = no_grad();
        for (var i = 0; i < rows.Count; i++)
        {
            var latent = RowOf(output.Latents, i);
            if (!Figures.AreFinite(Figures.Of(latent)))
            {
                rows[i].Failure = "not finite";
            }

            rows[i].Advance(latent, [.. output.Scratch.Select(pair => KeyValuePair.Create(pair.Key, RowOf(pair.Value, i)))], output.Completed?[i] ?? true, calls);
        }
    }

    private static Tensor RowOf(Tensor batch, int row) => batch[row].detach().clone().DetachFromDisposeScope();

    // A sample that carries nothing under a name that its neighbours use has just joined: it starts from zeros.
    private static ImmutableDictionary<string, Tensor> Gather(TrialSample[] rows) => rows
        .SelectMany(row => row.Scratch)
        .GroupBy(pair => pair.Key, StringComparer.Ordinal)
        .ToImmutableDictionary(
            group => group.Key,
            group => stack(rows.Select(row => row.Scratch.TryGetValue(group.Key, out var own) ? own : zeros_like(group.First().Value))),
            StringComparer.Ordinal);

    private static StepCost Difference(StepCost after, StepCost before) => new(
        after.UNetForward - before.UNetForward,
        after.UNetBackward - before.UNetBackward,
        after.DecoderForward - before.DecoderForward,
        after.DecoderBackward - before.DecoderBackward,
        after.EncoderForward - before.EncoderForward);
}
