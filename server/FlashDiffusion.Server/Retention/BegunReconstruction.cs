using FlashDiffusion.Server.Requests;

namespace FlashDiffusion.Server.Retention;

/// <summary>A reconstruction that a call follows.</summary>
/// <param name="Feed">Its events.</param>
/// <param name="Mapped">How its answers look.</param>
internal sealed record BegunReconstruction(IReconstructionFeed Feed, MappedReconstruction Mapped);
