using FlashDiffusion.V1;

namespace FlashDiffusion.Cli.Reconstruction;

/// <summary>All that came out of a reconstruction.</summary>
/// <param name="Accepted">The first event.</param>
/// <param name="Previews">Progress events that carried a preview, in order.</param>
/// <param name="Result">The last event.</param>
/// <param name="Elapsed">From sending the request to the result.</param>
internal sealed record ReconstructionOutcome(Accepted Accepted, IReadOnlyList<Progress> Previews, Result Result, TimeSpan Elapsed)
{
    /// <summary>What the server changed or doubted when it began, and what became different until the end.</summary>
    public IEnumerable<Notice> Notices => Accepted.Notices.Concat(Result.Notices);
}
