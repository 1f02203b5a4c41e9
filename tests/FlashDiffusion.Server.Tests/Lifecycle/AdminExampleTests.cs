using System.Text.RegularExpressions;
using FlashDiffusion.Server.Tests.Serving;
using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.Server.Tests.Lifecycle;

/// <summary>The operators' page shows how to call the admin service: its very lines are run.</summary>
public sealed partial class AdminExampleTests
{
    [Fact]
    public async Task Example_OfTheOperatorsPage_ReloadsPlugins()
    {
        var python = SystemPython.Require("grpc", "google.protobuf");
        await using var server = await InProcessServer.StartAsync(null, ("Admin:Enabled", "true"));
        var text = Assert.Single(Example().Matches(await File.ReadAllTextAsync(Path.Combine(Checkout.Root, "deploy", "README.md"), TestContext.Current.CancellationToken))).Groups["text"].Value;
        var address = text.Replace("localhost:8003", server.Admin.Authority, StringComparison.Ordinal);
        Assert.NotEqual(text, address);

        var run = await Task.Run(
            () => ToolRun.Start("env", Checkout.Root, $"PYTHONPATH={Path.Combine(Checkout.Root, "clients", "python", "src")}", python, "-B", "-c", address), TestContext.Current.CancellationToken);

        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Contains("Plugins read again: ", server.Logs.Text, StringComparison.Ordinal);
    }

    [GeneratedRegex(@"^<!-- run: admin -->\n```python\n(?<text>.*?)^```$", RegexOptions.Multiline | RegexOptions.Singleline)]
    private static partial Regex Example();
}
