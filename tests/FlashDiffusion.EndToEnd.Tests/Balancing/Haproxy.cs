using System.Diagnostics;
using FlashDiffusion.EndToEnd.Tests.Demo;
using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.EndToEnd.Tests.Balancing;

/// <summary>A real HAProxy on loopback before servers, by call over HTTP/2 on both sides.</summary>
internal sealed class Haproxy : IAsyncDisposable
{
    // Debian's place for it is in the PATH of root only.
    private const string Debian = "/usr/sbin/haproxy";
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flash-haproxy-");
    private readonly Process _process;

    public Haproxy(params Uri[] servers)
    {
        var program = File.Exists(Debian) ? Debian : OutsideTool.Require("haproxy");
        var port = FreePort.Next();
        var config = Path.Combine(_folder.FullName, "haproxy.cfg");
        File.WriteAllText(config, $"""
            global
              maxconn 256
            defaults
              mode http
              timeout connect 5s
              timeout client 300s
              timeout server 300s
            frontend grpc
              bind 127.0.0.1:{port} proto h2
              default_backend servers
            backend servers
              balance roundrobin
              option redispatch 1
              retries 3
            {string.Join('\n', servers.Select((server, i) => $"  server s{i} {server.Authority} proto h2 check inter 1s fall 3 rise 1"))}

            """);
        _process = Process.Start(new ProcessStartInfo(program, ["-db", "-q", "-f", config]))!;
        Address = new Uri($"http://127.0.0.1:{port}");
    }

    public Uri Address { get; }

    /// <summary>Waits until it listens.</summary>
    public async Task ReadyAsync()
    {
        for (var i = 0; i < 300 && !FlashProcess.SomebodyListens(Address.Port); i++)
        {
            Assert.False(_process.HasExited, "HAProxy ended.");
            await Task.Delay(100, TestContext.Current.CancellationToken);
        }
    }

    public async ValueTask DisposeAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
        _process.Dispose();
        _folder.Delete(recursive: true);
    }
}
