using FlashDiffusion.V1;

namespace FlashDiffusion.Client;

/// <summary>The picture is there.</summary>
/// <param name="Result">Picture, seed, cost, residual.</param>
public sealed record ReconstructionCompleted(Result Result) : ReconstructionEvent;
