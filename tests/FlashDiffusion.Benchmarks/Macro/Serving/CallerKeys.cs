using System.Security.Cryptography;
using System.Text;

namespace FlashDiffusion.Benchmarks.Macro.Serving;

/// <summary>A file of API keys for a server that tells its callers apart.</summary>
internal sealed class CallerKeys : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flash-keys-");

    /// <param name="callers">How many.</param>
    public CallerKeys(int callers)
    {
        All = [.. Enumerable.Range(0, callers).Select(_ => Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(32)))];
        File.WriteAllLines(FullPath, All.Select((key, i) => $"caller-{i} {Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(key)))}"));
    }

    /// <summary>A key for each caller.</summary>
    public IReadOnlyList<string> All { get; }

    /// <summary>For <c>--keys-file</c>.</summary>
    public string FullPath => Path.Combine(_folder.FullName, "keys");

    public void Dispose() => _folder.Delete(recursive: true);
}
