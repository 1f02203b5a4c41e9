using System.Text.RegularExpressions;
using FlashDiffusion.Deploy.Tests.Server;

namespace FlashDiffusion.Deploy.Tests.Page;

/// <summary>The page for operators names only what there is.</summary>
public sealed partial class OperatorPageTests
{
    private static readonly string Page = DeployFolder.Read("README.md");

    [Fact]
    public void Page_Options_Exist()
    {
        var keys = Key().Matches(Page).Select(match => match.Groups[1].Value).Where(key => !key.StartsWith("Logging:", StringComparison.Ordinal)).Distinct().ToList();
        Assert.True(keys.Count > 20, "The page has no list of the options any more.");
        Assert.All(keys, key => Assert.Contains(key, ServerSource.OptionKeys));
        Assert.All(Switch().Matches(Page).Select(match => match.Groups[1].Value), name => Assert.True(name == "--help" || ServerSource.Switches.ContainsKey(name), name));
    }

    [Fact]
    public void Page_Metrics_Exist()
    {
        var names = Metric().Matches(Page).Select(match => match.Groups[1].Value).Distinct().ToList();
        Assert.True(names.Count > 12, "The page has no list of the metrics any more.");
        Assert.All(names, name => Assert.Contains(ServerSource.Metrics, metric => metric.PrometheusName == name || metric.Series.Contains(name)));
    }

    [Fact]
    public void Page_EveryOptionOfTheServer_IsOnIt()
    {
        Assert.All(ServerSource.OptionKeys, key => Assert.Contains($"`{key}`", Page, StringComparison.Ordinal));
        Assert.All(ServerSource.Switches.Keys, name => Assert.Contains($"`{name}`", Page, StringComparison.Ordinal));
    }

    [Fact]
    public void Page_EveryMetricOfTheServer_IsOnIt() => Assert.All(ServerSource.Metrics, metric => Assert.Contains($"`{metric.PrometheusName}", Page, StringComparison.Ordinal));

    [Fact]
    public void Page_FilesAndPages_Exist()
    {
        Assert.All(Link().Matches(Page).Select(match => match.Groups[1].Value), link => Assert.True(Path.Exists(DeployFolder.PathOf(link)), link));
        Assert.All(HttpPage().Matches(Page).Select(match => match.Groups[1].Value), path => Assert.Contains(path, ServerSource.Pages));
    }

    [GeneratedRegex("`([A-Z][A-Za-z]+:[A-Z][A-Za-z:0-9]+)`")]
    private static partial Regex Key();

    [GeneratedRegex(@"`(--[a-z-]+)(=[^`]*)?`")]
    private static partial Regex Switch();

    [GeneratedRegex("`((flashdiffusion|rpc)_[a-z_]+)[`{]")]
    private static partial Regex Metric();

    [GeneratedRegex(@"\]\(([^)#:]+)\)")]
    private static partial Regex Link();

    [GeneratedRegex("`(/healthz/[a-z]+)`")]
    private static partial Regex HttpPage();
}
