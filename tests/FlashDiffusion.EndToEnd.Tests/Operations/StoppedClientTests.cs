using System.Diagnostics;
using System.Globalization;
using FlashDiffusion.EndToEnd.Tests.Servers;
using FlashDiffusion.Testing.Tools;
using Google.Protobuf;

namespace FlashDiffusion.EndToEnd.Tests.Operations;

/// <summary>A client process that is stopped (SIGSTOP): its connection lives, and nobody reads. Others go on, its place is freed, memory stays.</summary>
public sealed class StoppedClientTests : IAsyncLifetime
{
    // What is not sent would be 4 GiB; a server that has done nothing yet grows by some of this for its own sake.
    private const long MostGrowth = 192L * 1024 * 1024;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);
    private readonly PluginFolder _plugins = new();
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flash-stopped-");
    private RunningServer? _server;

    private RunningServer Server => _server!;

    public async ValueTask InitializeAsync() => _server = await RunningServer.StartAsync([$"--plugins={_plugins.FullPath}", "--Server:StallSeconds=5"]);

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

        await OthersGoOnAsync();
        await FreedAsync();

        Assert.False(curl.HasExited);
    }

    [Fact]
    public async Task Stopped_OverHttp1_IsLetGoAfterTheStallLimitWithItsMemory()
    {
        var request = await Requests.FaultyAsync(Server, "none", delay: 1);
        // Four MiB a step in base64, much more than the buffers of a connection hold.
        request.Progress = new V1.ProgressOptions { EverySteps = 1, IncludeLatent = true, Preview = V1.PreviewKind.Cheap, PreviewFormat = V1.PictureFormat.Tensor, PreviewSize = 512 };
        var body = Path.Combine(_folder.FullName, "request.json");
        await File.WriteAllTextAsync(body, JsonFormatter.Default.Format(request), TestContext.Current.CancellationToken);
        await OthersGoOnAsync();
        var before = Resident();
        using var curl = Curl("-H", "content-type: application/json", "--data-binary", $"@{body}", new Uri(Server.Http, "/v1/reconstructions").ToString());
        await Server.EventuallyAsync("flashdiffusion_slots_active", 1);
        curl.Stop();

        await OthersGoOnAsync();
        await FreedAsync();

        Assert.Equal(1, await Server.MetricAsync("flashdiffusion_stream_stalled_total"));
        Assert.InRange(Resident() - before, long.MinValue, MostGrowth);
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
