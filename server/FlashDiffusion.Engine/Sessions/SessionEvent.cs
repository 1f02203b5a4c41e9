namespace FlashDiffusion.Engine.Sessions;

/// <summary>What happens to a session: an <see cref="AcceptedEvent"/>, <see cref="ProgressEvent"/>s, and at the end a <see cref="ResultEvent"/> or a <see cref="FailedEvent"/>.</summary>
internal abstract record SessionEvent;
