using System.Text.RegularExpressions;
using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.Deploy.Tests.Server;

/// <summary>What the server's source declares, read as text: these tests neither build nor load the server.</summary>
internal static partial class ServerSource
{
    /// <summary>Short options of the command line, like <c>--grpc-port</c>, with the keys that they set.</summary>
    public static IReadOnlyDictionary<string, string> Switches { get; } = Switch().Matches(Read("FlashDiffusion.Server/Configuration/CommandLine.cs"))
        .ToDictionary(match => match.Groups[1].Value, match => match.Groups[2].Value);

    /// <summary>Keys of the options, like <c>Server:GrpcPort</c>.</summary>
    public static IReadOnlySet<string> OptionKeys { get; } = Files("FlashDiffusion.Server/Configuration", "FlashDiffusion.Engine/Configuration").SelectMany(KeysOf).ToHashSet();

    /// <summary>Services that gRPC health knows from the start, beside the one without a name.</summary>
    public static IReadOnlySet<string> HealthServices { get; } =
        HealthConstant().Matches(Read("FlashDiffusion.Server/Hosting/HealthBoard.cs")).Select(match => match.Groups[1].Value).ToHashSet();

    /// <summary>Pages of the HTTP port.</summary>
    public static IReadOnlySet<string> Pages { get; } =
        Page().Matches(Read("FlashDiffusion.Server/Hosting/ServerRoutes.cs")).Select(match => match.Groups[1].Value).ToHashSet();

    /// <summary>Services of the contract with clients, with their packages.</summary>
    public static IReadOnlySet<string> GrpcServices { get; } = Directory.EnumerateFiles(Path.Combine(Checkout.Root, "protos"), "*.proto", SearchOption.AllDirectories)
        .Select(File.ReadAllText)
        .SelectMany(text => Service().Matches(text).Select(match => $"{Package().Match(text).Groups[1].Value}.{match.Groups[1].Value}"))
        .Append("grpc.health.v1.Health")
        .ToHashSet();

    /// <summary>Folders in which instruments are made.</summary>
    public static IReadOnlyList<string> MetricFolders { get; } = ["FlashDiffusion.Engine/Telemetry", "FlashDiffusion.Server/Telemetry"];

    /// <summary>Instruments, as Prometheus names them.</summary>
    public static IReadOnlyList<ServerMetric> Metrics { get; } =
    [
        .. Files([.. MetricFolders]).SelectMany(text => Instrument().Matches(text))
            .Select(match => new ServerMetric(match.Groups["name"].Value, match.Groups["kind"].Value, match.Groups["unit"].Value)),
    ];

    /// <summary>Members of an enum of the engine.</summary>
    public static IReadOnlySet<string> Members(string file) => Member().Matches(Read(file)).Select(match => match.Groups[1].Value).ToHashSet();

    private static string Read(string relative) => File.ReadAllText(Path.Combine(Checkout.Root, "server", relative));

    private static IEnumerable<string> Files(params string[] folders) =>
        folders.SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Checkout.Root, "server", folder), "*.cs")).Order(StringComparer.Ordinal).Select(File.ReadAllText);

    private static IEnumerable<string> KeysOf(string text)
    {
        if (!OptionsClass().IsMatch(text))
        {
            return [];
        }

        // The engine's options don't name their section themselves; the server does.
        var section = SectionConstant().Match(text) is { Success: true } match ? match.Groups[1].Value : "Engine";
        return Property().Matches(text).Select(property => $"{section}:{property.Groups[1].Value}");
    }

    [GeneratedRegex("""new\("(--[a-z-]+)", "([A-Za-z:0-9]+)",""")]
    private static partial Regex Switch();

    [GeneratedRegex(@"class \w+Options\b")]
    private static partial Regex OptionsClass();

    [GeneratedRegex("const string Section = \"(\\w+)\"")]
    private static partial Regex SectionConstant();

    [GeneratedRegex(@"public [\w<>?]+ (\w+) \{ get; set; \}")]
    private static partial Regex Property();

    [GeneratedRegex("public const string \\w+ = \"(\\w+)\"")]
    private static partial Regex HealthConstant();

    [GeneratedRegex("MapGet\\(\"([^\"]+)\"")]
    private static partial Regex Page();

    [GeneratedRegex(@"^service (\w+)", RegexOptions.Multiline)]
    private static partial Regex Service();

    [GeneratedRegex(@"^package ([\w.]+);", RegexOptions.Multiline)]
    private static partial Regex Package();

    [GeneratedRegex(@"^    (\w+),\r?$", RegexOptions.Multiline)]
    private static partial Regex Member();

    [GeneratedRegex("""\b(?<kind>CreateHistogram|CreateCounter|CreateObservableGauge|Gauge)(<\w+>)?\(\s*"(?<name>[a-z0-9_.]+)"[^;]*?"(?<unit>s|1|By|\{\w+\})"[^;]*;""")]
    private static partial Regex Instrument();
}
