using System.Net;
using System.Net.Sockets;
using FlashDiffusion.Cli;
using FlashDiffusion.Cli.Serving;

namespace FlashDiffusion.Client.Tests.Cli;

public sealed class ServerSessionTests
{
    [Fact]
    public void Find_NothingBuilt_SaysWhereItLooked()
    {
        using var folder = new TemporaryFolder();

        var exception = Assert.Throws<CliException>(() => ServerFiles.Find(folder["FlashDiffusion.Cli/release/"]));

        Assert.Contains(folder["FlashDiffusion.Server/release/FlashDiffusion.Server.dll"], exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Find_InstalledTool_SaysThatItBringsNone()
    {
        using var folder = new TemporaryFolder();

        var exception = Assert.Throws<CliException>(() => ServerFiles.Find(folder[".store/flashdiffusion.cli/0.1.0/tools/net10.0/any/"]));

        Assert.Equal(("No server answers, and an installed flash brings none: start one, or give --address of a running one.", 4), (exception.Message, exception.Code));
    }

    [Fact]
    public void Find_ArtifactsLayout_TakesTheSameConfiguration()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder["FlashDiffusion.Server/debug"]);
        File.WriteAllText(folder["FlashDiffusion.Server/debug/FlashDiffusion.Server.dll"], "");

        var files = ServerFiles.Find(folder["FlashDiffusion.Cli/debug"]);

        Assert.Equal(folder["FlashDiffusion.Server/debug/FlashDiffusion.Server.dll"], files.Assembly);
        Assert.True(File.Exists(files.Host));
    }

    [Fact]
    public async Task Demo_PortHeldBySomethingElse_SaysSo()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var port = ((IPEndPoint)listener.LocalEndpoint).Port;
        // Hangs up on everybody, as a server of another protocol does.
        var hangUp = HangUpAsync(listener, TestContext.Current.CancellationToken);
        using var folder = new TemporaryFolder();

        var (exit, _, error) = await CommandRunner.RunAsync("demo", "--address", $"127.0.0.1:{port}", "--output", folder.Path);

        Assert.Equal(4, exit);
        Assert.Contains($"Port {port} is held by something that is no FlashDiffusion server", error, StringComparison.Ordinal);
        listener.Stop();
        await Assert.ThrowsAnyAsync<Exception>(() => hangUp);
    }

    [Fact]
    public async Task Start_ServerThatEndsAtOnce_IsExplainedByItsLastLine()
    {
        using var folder = new TemporaryFolder();
        // The host itself complains about an assembly that is not one.
        var broken = folder["broken.dll"];
        await File.WriteAllTextAsync(broken, "not an assembly", TestContext.Current.CancellationToken);
        var host = ServerFiles.Find(MakeLayout(folder)).Host;

        await using var server = ServerProcess.Start(new ServerFiles(broken, host), LocalPort.AnyFree(), folder["server.log"]);
        while (!server.HasExited)
        {
            await Task.Delay(50, TestContext.Current.CancellationToken);
        }

        Assert.Contains("exit code", server.Obituary(), StringComparison.Ordinal);
        Assert.Contains(folder["server.log"], server.Obituary(), StringComparison.Ordinal);
        Assert.True(new FileInfo(folder["server.log"]).Length > 0);
    }

    private static async Task HangUpAsync(TcpListener listener, CancellationToken cancellation)
    {
        while (true)
        {
            (await listener.AcceptTcpClientAsync(cancellation)).Dispose();
        }
    }

    private static string MakeLayout(TemporaryFolder folder)
    {
        Directory.CreateDirectory(folder["FlashDiffusion.Server/release"]);
        File.WriteAllText(folder["FlashDiffusion.Server/release/FlashDiffusion.Server.dll"], "");
        return folder["FlashDiffusion.Cli/release"];
    }
}
