using FlashDiffusion.Engine.Sessions;
using FlashDiffusion.Server.Requests;

namespace FlashDiffusion.Server.Retention;

/// <summary>A request that the engine has accepted.</summary>
/// <param name="Session">Its session.</param>
/// <param name="Mapped">How its answers look.</param>
internal sealed record Submitted(ReconstructionSession Session, MappedReconstruction Mapped);
