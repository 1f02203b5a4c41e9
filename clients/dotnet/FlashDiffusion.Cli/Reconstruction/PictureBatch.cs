using FlashDiffusion.Cli.Display;
using FlashDiffusion.Cli.Measurements;
using FlashDiffusion.Client;
using FlashDiffusion.V1;
using Grpc.Core;

namespace FlashDiffusion.Cli.Reconstruction;

/// <summary>Reconstructs pictures from the disk, some at once, so that the server can compute them together.</summary>
/// <param name="client">The server.</param>
/// <param name="template">The request without measurement.</param>
/// <param name="display">Shows each.</param>
/// <param name="clock">Measures the time.</param>
internal sealed class PictureBatch(FlashClient client, ReconstructRequest template, IDisplay display, TimeProvider clock)
{
    /// <param name="jobs">The pictures.</param>
    /// <param name="parallel">Most of them at once.</param>
    /// <param name="goOn">Whether the others go on if one fails by its own fault.</param>
    /// <param name="ended">Told of each as it ends, one at a time.</param>
    /// <param name="cancellation">Cancels all.</param>
    /// <returns>What became of each, in their order.</returns>
    public Task<PictureOutcome[]> RunAsync(
        IReadOnlyList<PictureJob> jobs, int parallel, bool goOn, Action<PictureOutcome> ended, CancellationToken cancellation) => display.TrackManyAsync(async begin =>
    {
        var outcomes = new PictureOutcome[jobs.Count];
        var telling = new Lock();
        await Parallel.ForEachAsync(
            Enumerable.Range(0, jobs.Count),
            new ParallelOptions { MaxDegreeOfParallelism = parallel, CancellationToken = cancellation },
            async (i, token) =>
            {
                var job = jobs[i];
                try
                {
                    outcomes[i] = new PictureOutcome(job, await OneAsync(job, begin, jobs.Count > 1, token).ConfigureAwait(false), null);
                }
                catch (Exception failure) when (goOn && IsOwnFault(failure))
                {
                    outcomes[i] = new PictureOutcome(job, null, failure);
                }

                lock (telling)
                {
                    ended(outcomes[i]);
                }
            }).ConfigureAwait(false);
        return outcomes;
    });

    private async Task<ReconstructionOutcome> OneAsync(PictureJob job, Func<string, IReconstructionWatcher> begin, bool named, CancellationToken cancellation)
    {
        var request = template.Clone();
        request.Measurement = MeasurementFile.Read(job.Input);
        request.Output = new OutputOptions { Format = PictureFormat.Tensor };
        var outcome = await ReconstructionRun.RunAsync(client, request, begin(named ? job.Input.Name : ""), clock, cancellation).ConfigureAwait(false);
        PictureFile.Write(job.Output, outcome.Result.Picture.ToPicture("result"));
        return outcome;
    }

    /// <summary>Whether the next picture may fare better: not without a server, nor without the right to ask it.</summary>
    private static bool IsOwnFault(Exception failure) => failure is CliException or IOException or UnauthorizedAccessException
        or FlashException { Code: not (StatusCode.Unavailable or StatusCode.Unauthenticated or StatusCode.PermissionDenied or StatusCode.Unimplemented) };
}
