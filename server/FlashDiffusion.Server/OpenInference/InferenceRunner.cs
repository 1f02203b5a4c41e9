using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Hosting;
using FlashDiffusion.Server.Retention;
using FlashDiffusion.Server.Services;

namespace FlashDiffusion.Server.OpenInference;

/// <summary>Runs what was read the way native requests run: same admission, same engine, same writer.</summary>
internal sealed class InferenceRunner(ServingState state, ReconstructionBeginning beginning, EventWriterFactory writers)
{
    /// <summary>Runs until the last response is sent.</summary>
    /// <param name="call">What was read.</param>
    /// <param name="caller">Who calls.</param>
    /// <param name="deadline">When the caller stops waiting; null for never.</param>
    /// <param name="events">Where events go.</param>
    /// <param name="abort">Ends a call whose client does not read.</param>
    /// <param name="gone">Cancelled when nobody waits any more.</param>
    /// <returns>Why there is no result; null if there is one.</returns>
    public async Task<ServerError?> RunAsync(InferenceCall call, string caller, DateTimeOffset? deadline, InferenceEvents events, Action abort, CancellationToken gone)
    {
        if (!state.TryEnter(out var visit, out var error))
        {
            return InferenceFields.Translate(error, call);
        }

        BegunReconstruction? begun;
        using (visit)
        {
            if (!(await beginning.BeginAsync(call.Request, caller, visit.Context, deadline, gone)).TryGet(out begun, out error))
            {
                return InferenceFields.Translate(error, call);
            }
        }

        await events.AdmittedAsync();
        return await writers.Create(begun, events, abort, gone).RunAsync();
    }
}
