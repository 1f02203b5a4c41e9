using System.Text.RegularExpressions;

namespace FlashDiffusion.Deploy.Tests.Images;

/// <summary>A few rules that a Dockerfile for a server has to keep.</summary>
internal static partial class DockerfileLint
{
    /// <summary>What is wrong, a line each.</summary>
    public static IReadOnlyList<string> Problems(string text)
    {
        var problems = new List<string>();
        var parents = new Dictionary<string, string>();
        var users = new Dictionary<string, string>();
        var stage = "";
        foreach (var (word, rest) in Instructions(text))
        {
            switch (word)
            {
                case "FROM" when From().Match(rest) is { Success: true } from:
                    stage = from.Groups["stage"].Value;
                    var image = from.Groups["image"].Value;
                    if (!parents.ContainsKey(image) && !PinnedImage.IsPinned(image))
                    {
                        problems.Add($"'{image}' names no version to the last digit.");
                    }

                    parents[stage] = image;
                    users[stage] = users.GetValueOrDefault(image, "");
                    break;
                case "FROM":
                    problems.Add($"The stage 'FROM {rest}' has no name.");
                    break;
                case "USER":
                    users[stage] = rest;
                    break;
                case "COPY" when CopyFrom().Match(rest) is { Success: true } copy && !parents.ContainsKey(copy.Groups[1].Value):
                    problems.Add($"There is no stage '{copy.Groups[1].Value}'.");
                    break;
                case "ADD":
                    problems.Add("ADD fetches and unpacks; COPY says what it does.");
                    break;
                case "ENTRYPOINT" or "CMD" when !rest.StartsWith('['):
                    problems.Add($"{word} needs a shell, and a chiselled image has none.");
                    break;
            }
        }

        // Stages that nothing stands on and nothing is copied from are images.
        var finals = parents.Keys.Where(name => !parents.ContainsValue(name) && !text.Contains($"--from={name} ", StringComparison.Ordinal)).ToList();
        foreach (var final in finals)
        {
            if (!NonRoot().IsMatch(users[final]))
            {
                problems.Add($"'{final}' runs as '{users[final]}', not as a user by number other than 0.");
            }

            if (!RootOf(final, parents).Contains("chiseled", StringComparison.Ordinal))
            {
                problems.Add($"'{final}' does not stand on a chiselled image.");
            }
        }

        return problems;
    }

    private static string RootOf(string stage, Dictionary<string, string> parents) => parents.TryGetValue(stage, out var parent) ? RootOf(parent, parents) : stage;

    private static IEnumerable<(string Word, string Argument)> Instructions(string text) =>
        from line in Continuation().Replace(text, " ").Split('\n')
        let trimmed = line.Trim()
        where trimmed.Length > 0 && trimmed[0] != '#'
        let parts = trimmed.Split(' ', 2, StringSplitOptions.TrimEntries)
        select (parts[0].ToUpperInvariant(), parts.Length > 1 ? parts[1] : "");

    [GeneratedRegex(@"\\\r?\n\s*")]
    private static partial Regex Continuation();

    [GeneratedRegex(@"^(?<image>\S+) AS (?<stage>\S+)$")]
    private static partial Regex From();

    [GeneratedRegex(@"--from=(\S+)")]
    private static partial Regex CopyFrom();

    [GeneratedRegex(@"^[1-9]\d*(:[1-9]\d*)?$")]
    private static partial Regex NonRoot();
}
