namespace FlashDiffusion.Server.Resume;

/// <summary>A request that goes on, before it is mapped.</summary>
/// <param name="Message">The request with what its token pins.</param>
/// <param name="Opened">The token and its state.</param>
internal sealed record PinnedReconstruction(V1.ReconstructRequest Message, OpenedToken Opened);
