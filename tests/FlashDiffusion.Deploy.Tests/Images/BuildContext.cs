using System.Text.RegularExpressions;
using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.Deploy.Tests.Images;

/// <summary>What of the checkout goes to a build of an image: what git tracks and the ignore file lets in.</summary>
/// <param name="ignore">The ignore file.</param>
internal sealed class BuildContext(string ignore)
{
    private readonly List<(Regex Path, bool LetsIn)> _rules = [.. ignore.Split('\n').Select(line => line.Trim()).Where(line => line.Length > 0 && line[0] != '#').Select(RuleOf)];

    /// <summary>Paths of all files that git tracks, relative to the root.</summary>
    public static IReadOnlyList<string> Tracked { get; } = FindTracked();

    /// <summary>Whether git tracks a file.</summary>
    public static bool Tracks(string path) => Known.Contains(path);

    /// <summary>Paths of its files, relative to the root.</summary>
    public IReadOnlySet<string> Files => Tracked.Where(LetsIn).ToHashSet(StringComparer.Ordinal);

    /// <summary>Whether a file or folder is in it. The last rule that matches decides, as in Docker.</summary>
    public bool LetsIn(string path) => _rules.LastOrDefault(rule => rule.Path.IsMatch(path)) is not { Path: not null, LetsIn: false };

    private static HashSet<string> Known { get; } = [.. Tracked];

    private static (Regex Path, bool LetsIn) RuleOf(string line)
    {
        var pattern = line.TrimStart('!').Trim('/');
        var expression = string.Concat(Regex.Split(pattern, @"(\*\*/|\*\*|\*)").Select(part => part switch
        {
            "**/" => "(.*/)?",
            "**" => ".*",
            "*" => "[^/]*",
            _ => Regex.Escape(part),
        }));
        // A rule for a folder is one for all below it.
        return (new Regex($"^{expression}(/.*)?$"), line[0] == '!');
    }

    private static List<string> FindTracked()
    {
        var run = ToolRun.Start(OutsideTool.Require("git"), Checkout.Root, "ls-files", "-z");
        Assert.True(run.ExitCode == 0, run.Output);
        return [.. run.Output.Split('\0', StringSplitOptions.RemoveEmptyEntries)];
    }
}
