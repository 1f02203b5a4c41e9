using FlashDiffusion.EndToEnd.Tests.Servers;

namespace FlashDiffusion.EndToEnd.Tests.Operations;

/// <summary>Starts that come to nothing, as whoever typed the command sees them.</summary>
public sealed class StartRefusalTests
{
    [Fact]
    public async Task Start_UnknownOptionsAndWrongValues_AreAllSaidAtOnce()
    {
        using var server = BuiltServer.Start(
            ["--grcp-port=1", "--http-port=banana", "--Engine:MaximumBach=3", "--policy=never"],
            new Dictionary<string, string> { ["Quotas__Concurrent"] = "-1" });
        var output = server.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var said = await server.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await server.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal((1, ""), (server.ExitCode, await output));
        Assert.Equal(5, said.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
        Assert.All(["--grcp-port", "banana", "Engine:MaximumBach", "never", "Quotas:Concurrent"], name => Assert.Contains(name, said, StringComparison.Ordinal));
    }
}
