using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;
using System.Text;
using FlashDiffusion.EndToEnd.Tests.Servers;
using FlashDiffusion.Testing.Tools;
using Google.Protobuf;

namespace FlashDiffusion.EndToEnd.Tests.Operations;

/// <summary>
/// A client process that is stopped (SIGSTOP), and one that never reads: the connection lives, and nothing is taken from it. Others go on,
/// the place is freed, memory stays.
/// </summary>
public sealed class StoppedClientTests : IAsyncLifetime
{
    // A server that has done nothing yet grows by some of this for its own sake: a first look, the law is that nothing piles up.
    private const long MostGrowth = 96L * 1024 * 1024;

    // At 70 KB an event: on a busy machine more than a thousand are replaced while they don't read, which would be more than the bound if they were kept.
    private const int Unread = 4;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(240);

    // SERVING.md, E5: a ping after 20 s of silence, and 10 s for its answer, both looked at once a second.
    private static readonly TimeSpan MostSilence = TimeSpan.FromSeconds(45);
    private readonly PluginFolder _plugins = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flash-stopped-");
    private RunningServer? _server;

    private RunningServer Server => _server!;

    public async ValueTask InitializeAsync() => _server = await RunningServer.StartAsync([$"--plugins={_plugins.FullPath}", "--Server:StallSeconds=15"]);

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _plugins.Dispose();
        _folder.Delete(recursive: true);
    }

    [Fact]
    public async Task Stopped_OverHttp2_AnswersNoPingAndLosesItsPlace()
    {
        var request = await Requests.FaultyAsync(Server, "none", delay: 120);
        var message = request.ToByteArray();
        byte[] prefix = [0, .. BitConverter.GetBytes(message.Length).Reverse()];
        var body = Path.Combine(_folder.FullName, "request.bin");
        await File.WriteAllBytesAsync(body, [.. prefix, .. message], TestContext.Current.CancellationToken);
        using var curl = Curl(
            "--http2-prior-knowledge", "-H", "content-type: application/grpc", "-H", "te: trailers", "--data-binary", $"@{body}", new Uri(Server.Address, "/flashdiffusion.v1.ReconstructionService/Reconstruct").ToString());
        await Server.EventuallyAsync("flashdiffusion_slots_active", 1);
        // Only now: a request that is still under way would not hold a place.
        curl.Stop();
        var stopped = Stopwatch.GetTimestamp();

        var others = OthersGoOnAsync();
        // Not because it came to its end: the server let it go. Time in which the machine stands still is nobody's silence.
        var (silence, looked) = (TimeSpan.Zero, stopped);
        while (await Server.MetricAsync("flashdiffusion_request_duration_seconds_count", "outcome=\"Cancelled\"") is null or 0)
        {
            Assert.True(silence < MostSilence, "The stopped client still has its place.");
            await Task.Delay(500, TestContext.Current.CancellationToken);
            silence += TimeSpan.FromSeconds(Math.Min(2, Stopwatch.GetElapsedTime(looked).TotalSeconds));
            looked = Stopwatch.GetTimestamp();
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"It was let go {Stopwatch.GetElapsedTime(stopped).TotalSeconds:0.0} s after it was stopped.");
        await others;
        await FreedAsync();
        Assert.False(curl.HasExited);
    }

    [Fact]
    public async Task NeverReading_OverHttp1_IsLetGoAfterTheStallLimitWithItsMemory()
    {
        // So slow that its thousand steps outlast the stall limit by far, and so fast that many are replaced within it.
        var request = await Requests.FaultyAsync(Server, "none", delay: 60);
        // Seventy KiB a step, until the buffers of the connection are full.
        request.Progress = new V1.ProgressOptions { EverySteps = 1, IncludeLatent = true, Preview = V1.PreviewKind.Cheap, PreviewFormat = V1.PictureFormat.Tensor };
        var body = Encoding.UTF8.GetBytes(JsonFormatter.Default.Format(request));
        // What so many at once take is taken before.
        await Task.WhenAll(Enumerable.Range(0, Unread).Select(_ => OthersGoOnAsync()));
        var before = Resident();
        var clients = await Task.WhenAll(Enumerable.Range(0, Unread).Select(_ => AskWithoutReadingAsync(body)));
        await Server.EventuallyAsync("flashdiffusion_slots_active", Unread);

        await OthersGoOnAsync();
        await FreedAsync();

        await Server.EventuallyAsync("flashdiffusion_stream_stalled_total", Unread);
        // What was not read was replaced by what is newer instead of being kept.
        Assert.True(await Server.MetricAsync("flashdiffusion_stream_coalesced_total") > 0);
        var growth = Resident() - before;
        TestContext.Current.TestOutputHelper?.WriteLine($"The server grew by {growth / 1048576.0:0.0} MiB; {await Server.MetricAsync("flashdiffusion_stream_coalesced_total")} events were replaced.");
        Assert.InRange(growth, long.MinValue, MostGrowth);
        Array.ForEach(clients, client => client.Dispose());
    }

    private async Task<TcpClient> AskWithoutReadingAsync(byte[] body)
    {
        // Small, so that they are full soon.
        var client = new TcpClient { ReceiveBufferSize = 4096 };
        await client.ConnectAsync(Server.Http.Host, Server.Http.Port, TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes($"POST /v1/reconstructions HTTP/1.1\r\nHost: {Server.Http.Authority}\r\nContent-Type: application/json\r\nContent-Length: {body.Length}\r\n\r\n"), TestContext.Current.CancellationToken);
        await client.GetStream().WriteAsync(body, TestContext.Current.CancellationToken);
        return client;
    }

    private async Task OthersGoOnAsync()
    {
        var events = await Requests.ReconstructAsync(Server, await Requests.BlurredAsync(Server));

        Assert.NotNull(events[^1].Result);
    }

    private async Task FreedAsync()
    {
        var start = Stopwatch.GetTimestamp();
        while (await Server.MetricAsync("flashdiffusion_slots_active") != 0)
        {
            Assert.True(Stopwatch.GetElapsedTime(start) < Patience, "The stopped client still has its place.");
            await Task.Delay(500, TestContext.Current.CancellationToken);
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"Its place was free {Stopwatch.GetElapsedTime(start).TotalSeconds:0.0} s later.");
    }

    private static StoppableProcess Curl(params string[] arguments) => new(OutsideTool.Require("curl"), ["-sN", "-o", "/dev/null", .. arguments]);

    private long Resident() => File.ReadLines($"/proc/{Server.ProcessId}/status")
        .Where(line => line.StartsWith("VmRSS:", StringComparison.Ordinal))
        .Select(line => 1024 * long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture)).Single();
}
