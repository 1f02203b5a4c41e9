using Xunit;

namespace FlashDiffusion.Testing;

/// <summary>Where the golden reference data lie, and which cases they hold.</summary>
internal static class GoldenFolder
{
    /// <summary>Environment variable naming another folder of the same structure, with other cases in it.</summary>
    public const string Variable = "FLASHDIFFUSION_GOLDEN";

    /// <summary>The folder with <c>keys</c>, <c>nets</c>, <c>schedules</c> ... in it.</summary>
    public static string Root { get; } = Environment.GetEnvironmentVariable(Variable) is { Length: > 0 } elsewhere ? Path.GetFullPath(elsewhere) : InRepository();

    /// <summary>The data of this repository, whatever <see cref="Root"/> is.</summary>
    public static string Own { get; } = InRepository();

    /// <summary>Path of one file below <see cref="Root"/>.</summary>
    public static string File(params string[] parts) => Path.Combine([Root, .. parts]);

    /// <summary>Names of the files of a sub-folder that end in <paramref name="suffix"/>, without it, in ordinal order.</summary>
    public static IReadOnlyList<string> Names(string folder, string suffix)
        => [.. Directory.EnumerateFiles(File(folder)).Select(path => Path.GetFileName(path)).Where(name => name.EndsWith(suffix, StringComparison.Ordinal))
            .Select(name => name[..^suffix.Length]).Order(StringComparer.Ordinal)];

    /// <summary>The same names as theory data.</summary>
    public static TheoryData<string> Cases(string folder, string suffix, Func<string, bool>? filter = null)
        => [.. Names(folder, suffix).Where(name => filter?.Invoke(name) != false)];

    // The data are megabytes, so they stay in the source tree instead of being copied beside every test assembly.
    private static string InRepository()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "tests", "golden");
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        throw new DirectoryNotFoundException($"No tests/golden above '{AppContext.BaseDirectory}'; set {Variable}.");
    }
}
