using FlashDiffusion.Engine.Devices;
using FlashDiffusion.Engine.Hangs;
using FlashDiffusion.Engine.Operators;
using FlashDiffusion.Engine.Requests;
using FlashDiffusion.Engine.Samples;
using static TorchSharp.torch;

namespace FlashDiffusion.Engine.Batching;

/// <summary>
/// Copies what a step made, as far as anybody wants to see it. The samples have advanced by then, so nothing here may fail the step: what can't
/// be copied for all, for want of memory say, is copied row by row, and a row that even so can't be is shown without. Device thread only.
/// </summary>
internal static class Snapshots
{
    /// <summary>The snapshots of some rows.</summary>
    /// <param name="samples">The first rows; further ones are padding.</param>
    /// <param name="batch">What they went in as.</param>
    /// <param name="output">What came out.</param>
    /// <param name="residuals">Residual of every row; null if the step computed none.</param>
    /// <param name="due">The rows.</param>
    /// <param name="network">Runs what calls a network.</param>
    public static IEnumerable<(int Row, Snapshot Snapshot)> Of(
        IReadOnlyList<Sample> samples, StepBatch batch, StepOutput output, float[]? residuals, List<int> due, Func<Func<Tensor>, Tensor> network)
    {
        if (due.Count == 0)
        {
            yield break;
        }

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
                batch.Rows[row].Step.Timestep,
                residuals?[row],
                latents.GetValueOrDefault(row),
                decoded.GetValueOrDefault(row) ?? cheap.GetValueOrDefault(row)));
        }

        PreviewMode Mode(int row) => samples[row].Session.Request.Progress.Preview;

        Tensor Decode(int[] rows)
        {
            var pictures = network(() => batch.Model.Decode(Pick(output.PredictedClean, rows), Quantisation.Nearest));
            foreach (var row in rows)
            {
                samples[row].Calls += new StepCost(0, DecoderForward: 1);
            }

            return pictures;
        }
    }

    /// <summary>A sample's state; null if it can't be copied now. The one saved before stays good.</summary>
    public static Checkpoint? Save(Sample sample)
    {
        try
        {
            return Checkpoint.Of(sample);
        }
        catch (Exception exception) when (exception is not CallAbandonedException)
        {
            return null;
        }
    }

    private static Dictionary<int, HostTensor> Copies(IEnumerable<int> wanted, Func<int[], Tensor> of)
    {
        int[] rows = [.. wanted];
        if (rows.Length == 0)
        {
            return [];
        }

        var copies = new Dictionary<int, HostTensor>(rows.Length);
        if (!TryCopy(rows, of, copies) && rows.Length > 1)
        {
            foreach (var row in rows)
            {
                TryCopy([row], of, copies);
            }
        }

        return copies;
    }

    private static bool TryCopy(int[] rows, Func<int[], Tensor> of, Dictionary<int, HostTensor> copies)
    {
        try
        {
            using var scope = NewDisposeScope();
            var copied = HostCopies.RowsToHost(of(rows));
            foreach (var (row, copy) in rows.Zip(copied))
            {
                copies[row] = copy;
            }

            return true;
        }
        catch (Exception exception) when (exception is not CallAbandonedException)
        {
            return false;
        }
    }

    private static Tensor Pick(Tensor batch, int[] rows) =>
        rows.Length == batch.shape[0] ? batch : batch.index_select(0, tensor(Array.ConvertAll(rows, row => (long)row), device: batch.device));
}
