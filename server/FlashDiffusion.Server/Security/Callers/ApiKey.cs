namespace FlashDiffusion.Server.Security.Callers;

/// <summary>Whom a key belongs to.</summary>
/// <param name="Name">The caller; several keys may have one.</param>
/// <param name="IsAdmin">Whether it may use the admin service.</param>
internal sealed record ApiKey(string Name, bool IsAdmin);
