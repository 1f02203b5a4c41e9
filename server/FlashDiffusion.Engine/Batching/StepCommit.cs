using FlashDiffusion.Engine.Counting;
using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Operators;
using FlashDiffusion.Engine.Requests;
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

    /// <summary>Commits a step; a row that is not finite fails alone.</summary>
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
        var timesteps = batch.Rows.Select(row => row.Step.Timestep).ToArray();
        var outcomes = new RowOutcome[samples.Count];
        var due = new List<int>();
        var saved = new List<int>();
        for (var row = 0; row < samples.Count; row++)
        {
            var sample = samples[row];
            outcomes[row] = new RowOutcome(sample);
            sample.Calls += calls;
            if (!finite[row])
            {
                outcomes[row] = outcomes[row] with { Failure = NotFinite(sample) };
                continue;
            }

            var completed = output.Completed?[row] ?? true;
            sample.Advance(RowOf(output.Latents, row), output.Scratch.Select(pair => KeyValuePair.Create(pair.Key, RowOf(pair.Value, row))), completed);
            if (completed && ProgressCadence.IsDue(sample))
            {
                due.Add(row);
            }

            if (completed && CheckpointCadence.IsDue(sample))
            {
                saved.Add(row);
            }
        }

        // Before anything is shown: should a network hang there, this is what is left.
        foreach (var row in saved)
        {
            samples[row].LastCheckpoint = Checkpoint.Of(samples[row]);
            outcomes[row] = outcomes[row] with { Snapshot = new Snapshot(timesteps[row], null, null, null) { Checkpoint = samples[row].LastCheckpoint } };
        }

        foreach (var (row, snapshot) in Snapshots(samples, batch, output, timesteps, due, network))
        {
            outcomes[row] = outcomes[row] with { Snapshot = snapshot with { Checkpoint = outcomes[row].Snapshot?.Checkpoint } };
        }

        return outcomes;
    }

    private static Tensor RowOf(Tensor batch, int row) => batch[row].detach().clone().DetachFromDisposeScope();

    private static Failure NotFinite(Sample sample) => new(
        SessionOutcome.SolverFailed,
        "NOT_FINITE",
        $"The latent was no longer finite after step {sample.StepIndex + 1} of {sample.Steps.Length}; less guidance or a smaller correction may help.") { Step = sample.StepIndex };

    private static IEnumerable<(int Row, Snapshot Snapshot)> Snapshots(
        IReadOnlyList<Sample> samples, StepBatch batch, StepOutput output, int[] timesteps, List<int> due, Func<Func<Tensor>, Tensor> network)
    {
        if (due.Count == 0)
        {
            yield break;
        }

        var residuals = output.Residual is null ? null : HostCopies.ToHost(output.Residual).Values;
        var latents = Copies(due.Where(row => samples[row].Session.Request.Progress.IncludeLatent), rows => Pick(output.Latents, rows));
        var decoded = Copies(
            due.Where(row => Mode(row) == PreviewMode.Decoded || (Mode(row) == PreviewMode.Cheap && output.DecodedClean is not null)),
            rows => PictureFrame.Crop(output.DecodedClean is { } pictures ? Pick(pictures, rows) : Decode(rows), samples[rows[0]].Piece.Picture));
        var cheap = Copies(
            due.Where(row => Mode(row) == PreviewMode.Cheap && output.DecodedClean is null),
            rows => network(() => batch.Model.Preview(Pick(output.PredictedClean, rows))));
        foreach (var row in due)
        {
            yield return (row, new Snapshot(
                timesteps[row],
                residuals?[row],
                latents.GetValueOrDefault(row),
                decoded.GetValueOrDefault(row) ?? cheap.GetValueOrDefault(row)));
        }

        PreviewMode Mode(int row) => samples[row].Session.Request.Progress.Preview;

        Tensor Decode(int[] rows)
        {
            foreach (var row in rows)
            {
                samples[row].Calls += new StepCost(0, DecoderForward: 1);
            }

            return network(() => batch.Model.Decode(Pick(output.PredictedClean, rows), Quantisation.Nearest));
        }
    }

    private static Dictionary<int, HostTensor> Copies(IEnumerable<int> wanted, Func<int[], Tensor> of)
    {
        int[] rows = [.. wanted];
        if (rows.Length == 0)
        {
            return [];
        }

        var copies = HostCopies.RowsToHost(of(rows));
        return rows.Select((row, i) => (row, copies[i])).ToDictionary(pair => pair.row, pair => pair.Item2);
    }

    private static Tensor Pick(Tensor batch, int[] rows) =>
        rows.Length == batch.shape[0] ? batch : batch.index_select(0, tensor(Array.ConvertAll(rows, row => (long)row), device: batch.device));

    private static void CheckShapes(StepBatch batch, StepOutput output)
    {
        if (!output.Latents.shape.AsSpan().SequenceEqual(batch.Latents.shape) || output.Latents.dtype != ScalarType.Float32)
        {
            throw new SolverContractException($"The step returned latents of shape ({string.Join(", ", output.Latents.shape)}) and type {output.Latents.dtype}, not ({string.Join(", ", batch.Latents.shape)}) and Float32.");
        }

        if (!output.PredictedClean.shape.AsSpan().SequenceEqual(batch.Latents.shape))
        {
            throw new SolverContractException($"The step returned clean latents of shape ({string.Join(", ", output.PredictedClean.shape)}).");
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
