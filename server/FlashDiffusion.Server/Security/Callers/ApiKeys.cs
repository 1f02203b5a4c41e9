using System.Collections.Frozen;
using System.Security.Cryptography;
using System.Text;

namespace FlashDiffusion.Server.Security.Callers;

/// <summary>The keys of a file, known by their SHA-256 only: neither the file nor the server's memory tells a key.</summary>
/// <remarks>The look-up compares hashes, whose timing tells nothing about a key that could be used to guess it.</remarks>
internal sealed class ApiKeys
{
    private const string AdminWord = "admin";
    private readonly FrozenDictionary<string, ApiKey> _byHash;

    private ApiKeys(IReadOnlyDictionary<string, ApiKey> byHash) => _byHash = byHash.ToFrozenDictionary(StringComparer.Ordinal);

    /// <summary>Reads lines of <c>name sha256 [admin]</c>; empty ones and those that begin with # are skipped.</summary>
    public static ApiKeys? Parse(string text, out string problem)
    {
        var keys = new Dictionary<string, ApiKey>(StringComparer.Ordinal);
        var lines = text.Split('\n');
        for (var i = 0; i < lines.Length; i++)
        {
            var words = lines[i].Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries);
            if (words.Length == 0 || words[0].StartsWith('#'))
            {
                continue;
            }

            if (words.Length is < 2 or > 3 || !IsHash(words[1]) || (words.Length == 3 && words[2] != AdminWord))
            {
                problem = $"line {i + 1} must be a name, the SHA-256 of a key in 64 hexadecimal digits, and '{AdminWord}' or nothing.";
                return null;
            }

            if (!keys.TryAdd(words[1].ToUpperInvariant(), new ApiKey(words[0], words.Length == 3)))
            {
                problem = $"line {i + 1} has a key that an earlier line has too.";
                return null;
            }
        }

        problem = keys.Count == 0 ? "it has no key." : "";
        return keys.Count == 0 ? null : new ApiKeys(keys);
    }

    /// <summary>Whose key it is; null if nobody's.</summary>
    public ApiKey? Find(string key) => _byHash.GetValueOrDefault(Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(key))));

    private static bool IsHash(string word) => word.Length == 2 * SHA256.HashSizeInBytes && word.All(char.IsAsciiHexDigit);
}
