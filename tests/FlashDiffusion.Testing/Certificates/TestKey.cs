using System.Security.Cryptography;
using System.Text;

namespace FlashDiffusion.Testing.Certificates;

/// <summary>API keys, and the line that a file has for each.</summary>
internal static class TestKey
{
    /// <summary>A random key.</summary>
    public static string New() => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32));

    /// <summary>The line of a key.</summary>
    public static string Line(string name, string key, bool admin = false) =>
        $"{name} {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))}{(admin ? " admin" : "")}\n";
}
