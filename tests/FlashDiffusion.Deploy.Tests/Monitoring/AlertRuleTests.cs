using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.Deploy.Tests.Monitoring;

/// <summary>The alert rules by Prometheus' own tool.</summary>
public sealed class AlertRuleTests
{
    private static readonly string Folder = DeployFolder.PathOf("prometheus");

    [Fact]
    public void Rules_AreValid() => Succeeds(ToolRun.Start(OutsideTool.Require("promtool"), Folder, "check", "rules", "alerts.yaml"));

    [Fact]
    public void Rules_FireWhenTheyShould_AndOtherwiseDont() => Succeeds(ToolRun.Start(OutsideTool.Require("promtool"), Folder, "test", "rules", "alerts.test.yaml"));

    [Fact]
    public void Configuration_OfTheComposedPrometheus_IsValid() =>
        Succeeds(ToolRun.Start(OutsideTool.Require("promtool"), DeployFolder.PathOf("compose"), "check", "config", "--syntax-only", "prometheus.yaml"));

    [Theory]
    [InlineData("{job=\"flashdiffusion\"} == 0", "{job=\"flashdiffusion\"} == 1")]
    [InlineData("> 4000", "> 400000")]
    [InlineData("reason=\"QueueFull\"", "reason=~\".+\"")]
    [InlineData("for: 15m", "for: 1s")]
    [InlineData("clamp_max(0.1", "clamp_max(0.4")]
    public void Rules_WithAPlantedError_FailTheirTests(string right, string wrong)
    {
        var tool = OutsideTool.Require("promtool");
        var folder = Directory.CreateTempSubdirectory("flash-alerts-");
        var rules = DeployFolder.Read("prometheus/alerts.yaml");
        Assert.Contains(right, rules, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(folder.FullName, "alerts.yaml"), rules.Replace(right, wrong, StringComparison.Ordinal));
        File.Copy(DeployFolder.PathOf("prometheus/alerts.test.yaml"), Path.Combine(folder.FullName, "alerts.test.yaml"));
        var run = ToolRun.Start(tool, folder.FullName, "test", "rules", "alerts.test.yaml");
        folder.Delete(recursive: true);
        Assert.NotEqual(0, run.ExitCode);
        Assert.Contains("FAILED", run.Output, StringComparison.Ordinal);
    }

    private static void Succeeds(ToolRun run) => Assert.True(run.ExitCode == 0, run.Output);
}
