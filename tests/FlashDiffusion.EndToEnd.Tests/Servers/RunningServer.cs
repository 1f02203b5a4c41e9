using System.Diagnostics;
using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;
using Grpc.Net.Client;

namespace FlashDiffusion.EndToEnd.Tests.Servers;

/// <summary>A server process on free ports, ready.</summary>
internal sealed partial class RunningServer : IAsyncDisposable
{
    private static readonly TimeSpan StartTime = TimeSpan.FromMinutes(3);
    /// <summary>The exporter repeats its last answer for 300 ms.</summary>
    private static readonly TimeSpan ScrapeCache = TimeSpan.FromMilliseconds(350);

    private static readonly TimeSpan EndTime = TimeSpan.FromSeconds(60);
    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private RunningServer(Process process)
    {
        _process = process;
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => _ready.TrySetException(new InvalidOperationException($"The server ended before it was ready:\n{Output}"));
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.ErrorDataReceived += (_, line) => Read(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>Where it serves gRPC, for clients that are not ours.</summary>
    public Uri Address { get; private set; } = null!;

    public GrpcChannel Channel { get; private set; } = null!;

    public V1.ReconstructionService.ReconstructionServiceClient Reconstruction => new(Channel);

    public V1.CatalogService.CatalogServiceClient Catalog => new(Channel);

    public Uri Http { get; private set; } = null!;

    public Uri Metrics { get; private set; } = null!;

    /// <summary>Where its admin service is; null if it is not enabled.</summary>
    public Uri? Admin { get; private set; }

    /// <summary>Its process, for signals and for what the system knows of it.</summary>
    public int ProcessId => _process.Id;

    /// <summary>Everything that it wrote so far.</summary>
    public string Output
    {
        get
        {
            lock (_output)
            {
                return _output.ToString();
            }
        }
    }

    public static async Task<RunningServer> StartAsync(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, IReadOnlyList<string>? within = null)
    {
        var server = new RunningServer(BuiltServer.Start(["--grpc-port=0", "--http-port=0", "--metrics-port=0", "--threads=1", .. arguments], environment, within));
        try
        {
            await server._ready.Task.WaitAsync(StartTime);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }

        server.Address = server.AddressOf("gRPC");
        server.Channel = GrpcChannel.ForAddress(server.Address, new GrpcChannelOptions { MaxReceiveMessageSize = null, MaxSendMessageSize = null });
        server.Http = server.AddressOf("HTTP");
        server.Admin = arguments.Contains("--admin=true") ? server.AddressOf("admin") : null;
        server.Metrics = new Uri(server.AddressOf("metrics"), "/metrics");
        return server;
    }

    /// <summary>The sum of a metric's values over its labels as they are now; null if it is not there.</summary>
    /// <param name="name">The metric.</param>
    /// <param name="label">A label that must be there, as in <c>outcome="Cancelled"</c>.</param>
    public async Task<double?> MetricAsync(string name, string label = "")
    {
        await Task.Delay(ScrapeCache);
        using var http = new HttpClient();
        var lines = (await http.GetStringAsync(Metrics)).Split('\n').Where(line => line.StartsWith(name + "{", StringComparison.Ordinal) || line.StartsWith(name + " ", StringComparison.Ordinal)).Where(line => line.Contains(label, StringComparison.Ordinal)).ToList();
        return lines.Count == 0 ? null : lines.Sum(line => double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }

    /// <summary>Waits until a metric has a value.</summary>
    public async Task EventuallyAsync(string name, double expected)
    {
        var start = Stopwatch.GetTimestamp();
        double? seen;
        while ((seen = await MetricAsync(name)) != expected && Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(30))
        {
            await Task.Delay(100);
        }

        Assert.Equal(expected, seen);
    }

    /// <summary>Waits until it has written a text: what it logs comes by another way than what it answers, and later.</summary>
    /// <param name="text">The text.</param>
    /// <param name="times">How often.</param>
    public async Task SaysAsync(string text, int times = 1)
    {
        var start = Stopwatch.GetTimestamp();
        while (Output.Split(text).Length <= times && Stopwatch.GetElapsedTime(start) < TimeSpan.FromSeconds(30))
        {
            await Task.Delay(20);
        }

        Assert.True(Output.Split(text).Length > times, $"Not {times} times '{text}' in:\n{Output}");
    }

    /// <summary>SIGKILL: it ends at once, without a word to anybody.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    /// <summary>Tells it to end, as service managers do.</summary>
    public void Terminate()
    {
        using var kill = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> EndAsync()
    {
        await _process.WaitForExitAsync().WaitAsync(EndTime);
        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        Channel?.Dispose();
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
    }

    private void Read(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_output)
        {
            _output.AppendLine(line);
        }

        // The last line of the summary, so that all addresses have been read by then.
        if (line.Contains("--listen=any opens it", StringComparison.Ordinal))
        {
            _ready.TrySetResult();
        }
    }

    private Uri AddressOf(string use) => new(AddressLine().Matches(Output).First(match => match.Groups["use"].Value == use).Groups["address"].Value);

    [GeneratedRegex(@"^\s+(?<use>gRPC|HTTP|metrics|admin)\s+(?<address>https?://\S+)", RegexOptions.Multiline)]
    private static partial Regex AddressLine();
}
