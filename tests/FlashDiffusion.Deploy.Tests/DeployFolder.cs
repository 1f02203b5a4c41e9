using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.Deploy.Tests;

/// <summary>The folder <c>deploy</c> of the checkout.</summary>
internal static class DeployFolder
{
    /// <summary>Its path.</summary>
    public static string Root { get; } = Path.Combine(Checkout.Root, "deploy");

    /// <summary>Full path of a file in it.</summary>
    public static string PathOf(string relative) => Path.Combine(Root, relative);

    /// <summary>Text of a file in it.</summary>
    public static string Read(string relative) => File.ReadAllText(PathOf(relative));

    /// <summary>Relative paths of all files below a folder in it.</summary>
    public static IEnumerable<string> FilesBelow(string folder, string pattern) =>
        Directory.EnumerateFiles(PathOf(folder), pattern, SearchOption.AllDirectories).Select(path => Path.GetRelativePath(Root, path)).Order(StringComparer.Ordinal);
}
