using System.Globalization;
using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Testing.Tools;
using Microsoft.Extensions.Configuration;

namespace FlashDiffusion.Server.Tests.Pages;

/// <summary>The table of options of <c>deploy/README.md</c>, and what <c>--help</c> prints, against the options classes with the settings that are shipped.</summary>
public sealed class OptionsPageTests
{
    // Of options that are empty: what the server takes then, in the page's words. Any other that is empty is "none" there.
    private static readonly Dictionary<string, string> WhereEmpty = new()
    {
        ["Models:Root"] = "`models` beside the binaries",
        ["Models:DirectoryName"] = "the folder's name",
        ["Models:DefaultModel"] = "the only one, or the first by name",
        ["Plugins:Root"] = "`plugins` beside the binaries",
        ["Engine:CurveFile"] = "`step-times.json` in systemd's state folder, if there is one",
        ["Engine:GuidanceExponent"] = "the preset's",
        ["Resume:Key"] = "a random one",
        ["Access:JwtKeysFile"] = "asks the issuer",
    };

    private static readonly IConfiguration Shipped = new ConfigurationBuilder().AddJsonFile(Path.Combine(Checkout.Root, "server", "FlashDiffusion.Server", "appsettings.json")).Build();

    // Not ours: the logging library's keys that the page names.
    private static readonly string[] LoggingKeys = ["Logging:Console:FormatterName", "Logging:LogLevel:Default"];

    private static readonly Dictionary<string, string> Defaults = OptionSections.All.SelectMany(DefaultsOf).Concat(LoggingKeys.Select(key => (key, Shipped[key]!))).ToDictionary();

    private static readonly IReadOnlyList<string[]> Page = OperatorPage.Table("key", "short", "default", "what it is");

    [Fact]
    public void Page_Options_AreThoseThatThereAre() =>
        Assert.Equal(Defaults.Keys.Order(StringComparer.Ordinal), Page.Select(row => OperatorPage.Name(row[0])).Order(StringComparer.Ordinal));

    [Fact]
    public void Page_Defaults_AreTrue()
    {
        var page = Page.Select(row => $"{OperatorPage.Name(row[0])} = {Plain(row[2])}");
        var own = Page.Select(row => OperatorPage.Name(row[0])).Select(key => $"{key} = {(Defaults[key].Length > 0 ? Defaults[key] : WhereEmpty.GetValueOrDefault(key, "none"))}");

        Assert.Equal(own, page);
        Assert.All(WhereEmpty.Keys, key => Assert.Empty(Defaults[key]));
    }

    [Fact]
    public void Page_ShortNames_AreThoseOfTheKeys()
    {
        var page = Page.Where(row => row[1].Length > 0).Select(row => $"{OperatorPage.Name(row[1])} {OperatorPage.Name(row[0])}");
        // Of a list the short name sets the first element.
        var own = CommandLine.Switches.Select(option => $"{option.Name} {(option.Key.EndsWith(":0", StringComparison.Ordinal) ? option.Key[..^2] : option.Key)}");

        Assert.Equal(own.Order(StringComparer.Ordinal), page.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Help_Values_AreTheDefaultsOrSayWhatToPutThere() => Assert.All(CommandLine.Switches, option =>
    {
        var own = Defaults[option.Key.EndsWith(":0", StringComparison.Ordinal) ? option.Key[..^2] : option.Key];
        Assert.True(own.Length == 0 ? option.Value.All(char.IsAsciiLetterUpper) : string.Equals(own, option.Value, StringComparison.OrdinalIgnoreCase), $"{option.Name}={option.Value}, but it is '{own}'.");
    });

    // Numbers as programs write them, words as they are: what is empty has none.
    private static IEnumerable<(string Key, string Value)> DefaultsOf(OptionSection section)
    {
        var options = Shipped.GetSection(section.Name).Get(section.Type) ?? Activator.CreateInstance(section.Type)!;
        return section.Type.GetProperties().Where(property => property.SetMethod is { IsPublic: true }).Select(property => ($"{section.Name}:{property.Name}", property.GetValue(options) switch
        {
            null => "",
            bool flag => flag ? "true" : "false",
            IList<string> list => string.Join(' ', list),
            IFormattable value => value.ToString(null, CultureInfo.InvariantCulture),
            var value => (string)value,
        }));
    }

    // "64 MiB" and "24 000 000" as the numbers that they are.
    private static string Plain(string cell)
    {
        var parts = cell.Split(' ');
        var digits = string.Concat(parts.TakeWhile(part => part.Length > 0 && part.All(char.IsAsciiDigit)));
        return (digits.Length > 0, parts[^1]) switch
        {
            (true, "MiB") => (long.Parse(digits, CultureInfo.InvariantCulture) * 1024 * 1024).ToString(CultureInfo.InvariantCulture),
            (true, var last) when last.All(char.IsAsciiDigit) => digits,
            _ => cell,
        };
    }
}
