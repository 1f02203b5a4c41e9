using FlashDiffusion.Engine.Counting;
using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Samples;
using FlashDiffusion.Engine.Sessions;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Batching;

/// <summary>Takes what a step made apart again: checks it, hands every sample its row, and copies what is to be shown.</summary>
internal static class StepCommit
{
    /// <summary>Checks what a step made.</summary>
    /// <param name="batch">What went in.</param>
    /// <param name="output">What came out.</param>
    /// <returns>Which rows are finite.</returns>
    /// <exception cref="SolverContractException">The output has not the promised shape.</exception>
    public static bool[] Check(StepBatch batch, StepOutput output)
    {
        CheckShapes(batch, output);
        using var guard = no_grad();
        return HostCopies.FiniteRows(output.Latents);
    }

    /// <summary>Commits a step; a row that is not finite fails alone, and so does one whose step never ends. Whatever it throws, no sample was changed.</summary>
    /// <param name="samples">The first rows; further ones are padding.</param>
    /// <param name="batch">What they went in as.</param>
    /// <param name="output">What came out.</param>
    /// <param name="finite">Which rows are finite.</param>
    /// <param name="counter">Network calls so far; a decoded preview adds to it.</param>
    /// <param name="network">Runs what calls a network.</param>
    /// <returns>One outcome a row.</returns>
    public static IReadOnlyList<RowOutcome> Commit(
        IReadOnlyList<Sample> samples, StepBatch batch, StepOutput output, IReadOnlyList<bool> finite, CallCounter counter, Func<Func<Tensor>, Tensor> network)
    {
        using var guard = no_grad();
        var calls = counter.PerRow(batch.Count);
        var residuals = output.Residual is null ? null : HostCopies.ToHost(output.Residual).Values;

        // All that may throw comes before the first sample changes: a batch that threw is run again.
        var made = Enumerable.Range(0, samples.Count).Select(row => finite[row] ? StateOf(output, row) : null).ToArray();
        var outcomes = new RowOutcome[samples.Count];
        var due = new List<int>();
        var saved = new List<(int Row, bool IsDue)>();
        for (var row = 0; row < samples.Count; row++)
        {
            var sample = samples[row];
            outcomes[row] = new RowOutcome(sample);
            sample.Calls += calls;
            if (made[row] is not { } state)
            {
                outcomes[row] = outcomes[row] with { Failure = NotFinite(sample) };
                continue;
            }

            var completed = output.Completed?[row] ?? true;
            sample.Advance(Kept(state.Latent), state.Scratch.Select(pair => KeyValuePair.Create(pair.Key, Kept(pair.Value))), completed);
            if (!completed)
            {
                outcomes[row] = outcomes[row] with { Failure = EndlessStep.Of(sample) };
                continue;
            }

            if (ProgressCadence.IsDue(sample))
            {
                due.Add(row);
            }

            if (CheckpointCadence.IsKept(sample))
            {
                saved.Add((row, CheckpointCadence.IsDue(sample)));
            }
        }

        // Before anything is shown: should a network hang there, this is what is left.
        foreach (var (row, isDue) in saved)
        {
            if (Snapshots.Save(samples[row]) is { } checkpoint)
            {
                samples[row].LastCheckpoint = checkpoint;
                outcomes[row] = isDue ? outcomes[row] with { Snapshot = new Snapshot(batch.Rows[row].Step.Timestep, null, null, null) { Checkpoint = checkpoint } } : outcomes[row];
            }
        }

        foreach (var (row, snapshot) in Snapshots.Of(samples, batch, output, residuals, due, network))
        {
            outcomes[row] = outcomes[row] with { Snapshot = snapshot with { Checkpoint = outcomes[row].Snapshot?.Checkpoint } };
        }

        return outcomes;
    }

    private static (Tensor Latent, KeyValuePair<string, Tensor>[] Scratch)? StateOf(StepOutput output, int row) =>
        (RowOf(output.Latents, row), [.. output.Scratch.Select(pair => KeyValuePair.Create(pair.Key, RowOf(pair.Value, row)))]);

    // Belongs to the step's dispose scope until the sample takes it over.
    private static Tensor RowOf(Tensor batch, int row) => batch[row].detach().clone();

    private static Tensor Kept(Tensor tensor) => tensor.DetachFromDisposeScope();

    // Plugins may be written without null checks, and in languages without them.
    private static void CheckPresence(StepOutput? output)
    {
        if (output is null)
        {
            throw new SolverContractException($"The step returned null; {nameof(ILatentSolver.Step)} returns a {nameof(StepOutput)} with {nameof(StepOutput.Latents)} and {nameof(StepOutput.PredictedClean)} for every row.");
        }

        var missing = output.Latents is null ? nameof(StepOutput.Latents)
            : output.PredictedClean is null ? nameof(StepOutput.PredictedClean)
            : output.Scratch is null ? nameof(StepOutput.Scratch)
            : output.Scratch.FirstOrDefault(pair => pair.Value is null) is { Key: { } name } ? $"{nameof(StepOutput.Scratch)}['{name}']"
            : null;
        if (missing is not null)
        {
            throw new SolverContractException($"The step returned a {nameof(StepOutput)} whose {missing} is null; it is a tensor for every row, and a step with nothing to carry leaves {nameof(StepOutput.Scratch)} as it is.");
        }
    }

    private static Failure NotFinite(Sample sample) => new(
        SessionOutcome.SolverFailed,
        "NOT_FINITE",
        $"The latent was no longer finite after step {sample.StepIndex + 1} of {sample.Steps.Length}; less guidance or a smaller correction may help.") { Step = sample.StepIndex };

    private static void CheckShapes(StepBatch batch, StepOutput output)
    {
        CheckPresence(output);
        if (!output.Latents.shape.AsSpan().SequenceEqual(batch.Latents.shape) || output.Latents.dtype != ScalarType.Float32)
        {
            throw new SolverContractException($"The step returned latents of shape ({string.Join(", ", output.Latents.shape)}) and type {output.Latents.dtype}, not ({string.Join(", ", batch.Latents.shape)}) and Float32.");
        }

        if (!output.PredictedClean.shape.AsSpan().SequenceEqual(batch.Latents.shape))
        {
            throw new SolverContractException($"The step returned clean latents of shape ({string.Join(", ", output.PredictedClean.shape)}).");
        }

        if (output.DecodedClean is { } decoded && !decoded.shape.AsSpan().SequenceEqual([batch.Count, 3, batch.Rows[0].Spec.Picture.Height, batch.Rows[0].Spec.Picture.Width]))
        {
            throw new SolverContractException($"The step returned decoded pictures of shape ({string.Join(", ", decoded.shape)}) for {batch.Count} rows of {batch.Rows[0].Spec.Picture}.");
        }

        if (output.Completed is { } completed && completed.Length != batch.Count)
        {
            throw new SolverContractException($"The step returned {completed.Length} completion flags for {batch.Count} rows.");
        }

        foreach (var (name, value) in output.Scratch.Where(pair => pair.Value.dim() == 0 || pair.Value.shape[0] != batch.Count))
        {
            throw new SolverContractException($"The step returned scratch '{name}' of shape ({string.Join(", ", value.shape)}) for {batch.Count} rows.");
        }

        if (output.Residual is { } residual && residual.numel() != batch.Count)
        {
            throw new SolverContractException($"The step returned {residual.numel()} residuals for {batch.Count} rows.");
        }
    }
}
