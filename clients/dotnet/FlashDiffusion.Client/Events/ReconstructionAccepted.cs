using FlashDiffusion.V1;

namespace FlashDiffusion.Client;

/// <summary>A server took it on.</summary>
/// <param name="Plan">Severity, start, number of steps, ETA: known before the first step.</param>
/// <param name="Server">Which server.</param>
public sealed record ReconstructionAccepted(Accepted Plan, Uri Server) : ReconstructionEvent;
