using System.Text.RegularExpressions;
using FlashDiffusion.EndToEnd.Tests.Servers;
using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.EndToEnd.Tests.Readme;

/// <summary>An example of the README: the block after <c>&lt;!-- run: NAME --&gt;</c>.</summary>
/// <param name="Name">What runs it.</param>
/// <param name="Text">Its lines, as they stand there.</param>
internal sealed partial record ReadmeExample(string Name, string Text)
{
    /// <summary>All of them.</summary>
    public static IReadOnlyList<ReadmeExample> All { get; } =
    [
        .. Blocks().Matches(File.ReadAllText(Path.Combine(Checkout.Root, "README.md"))).Select(block => new ReadmeExample(block.Groups["name"].Value, block.Groups["text"].Value)),
    ];

    /// <summary>Lines that are not blank.</summary>
    public int Lines => Text.Split('\n').Count(line => line.Trim().Length > 0);

    public static ReadmeExample Of(string name) => Assert.Single(All, example => example.Name == name);

    /// <summary>The lines for a server on other ports than the usual ones; nothing else is changed.</summary>
    public string For(RunningServer server) => Text
        .Replace("localhost:8001", server.Address.Authority, StringComparison.Ordinal)
        .Replace("localhost:8000", server.Http.Authority, StringComparison.Ordinal);

    [GeneratedRegex(@"^<!-- run: (?<name>[^ ]+) -->\n```[a-z]*\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Blocks();
}
