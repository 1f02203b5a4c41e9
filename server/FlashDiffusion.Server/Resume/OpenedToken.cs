using FlashDiffusion.Engine.Samples;

namespace FlashDiffusion.Server.Resume;

/// <summary>A token whose seal holds and has not expired, with the state that belongs to it.</summary>
/// <param name="Token">What it says.</param>
/// <param name="State">The state.</param>
internal sealed record OpenedToken(TokenPayload Token, SampleState State);
