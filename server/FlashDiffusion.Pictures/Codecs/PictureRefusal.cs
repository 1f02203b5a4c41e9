namespace FlashDiffusion.Pictures.Codecs;

/// <summary>A picture that was not accepted.</summary>
/// <param name="Reason">For programs.</param>
/// <param name="Message">For people: what is wrong with it, and what would be accepted. Holds sizes and numbers, never content.</param>
public sealed record PictureRefusal(PictureRefusalReason Reason, string Message);
