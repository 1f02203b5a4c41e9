namespace FlashDiffusion.Server.Configuration;

/// <summary>A setting that is no option, or that can't be read as one.</summary>
/// <param name="Key">Where it stands.</param>
/// <param name="Problem">What is wrong, and what would not be.</param>
internal sealed record SettingFault(string Key, string Problem);
