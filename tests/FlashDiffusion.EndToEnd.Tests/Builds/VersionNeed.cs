namespace FlashDiffusion.EndToEnd.Tests.Builds;

/// <summary>A version that a library needs of another.</summary>
/// <param name="Version">Its name.</param>
/// <param name="IsWeak">Whether the loader goes on without it.</param>
internal sealed record VersionNeed(string Version, bool IsWeak);
