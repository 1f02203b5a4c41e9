using System.ComponentModel.DataAnnotations;

namespace FlashDiffusion.Server.Configuration;

/// <summary>Section <c>Resume</c>: what seals resume tokens. Replicas that shall continue each other's work share it.</summary>
internal sealed class ResumeOptions
{
    public const string Section = "Resume";

    /// <summary>Bytes that a key must have.</summary>
    public const int SmallestKey = 32;

    /// <summary>The key, base64, at least 32 random bytes (<c>openssl rand -base64 32</c>); empty takes a random one that no other server knows.</summary>
    /// <value>Empty.</value>
    public string Key { get; set; } = "";

    /// <summary>Keys that tokens may still be sealed with: put the old one here when <see cref="Key"/> changes, and take it out a token's lifetime later.</summary>
    /// <value>None.</value>
    public IList<string> PreviousKeys { get; set; } = [];

    /// <summary>A file of keys instead of <see cref="Key"/> and <see cref="PreviousKeys"/>, one a line: the first seals, all open. Read again when it changes.</summary>
    /// <value>Empty.</value>
    public string KeysFile { get; set; } = "";

    /// <summary>Seconds that a token is valid.</summary>
    /// <value>3600.</value>
    [Range(1, 604800)]
    public double TokenLifetimeSeconds { get; set; } = 3600;

    /// <summary>The bytes of a key; null if it is no key.</summary>
    public static byte[]? Read(string key)
    {
        var bytes = new byte[key.Length];
        return Convert.TryFromBase64String(key, bytes, out var written) && written >= SmallestKey ? bytes[..written] : null;
    }
}
