using System.Diagnostics;
using System.Globalization;
using System.Runtime.InteropServices;
using System.Text;
using System.Text.RegularExpressions;
using FlashDiffusion.Client;

namespace FlashDiffusion.Benchmarks.Macro.Serving;

/// <summary>A server process of this build on free ports, ready, and a client of it.</summary>
internal sealed partial class BenchServer : IAsyncDisposable
{
    private const string ReadyLine = "--listen=any opens it";
    private const string Assembly = "FlashDiffusion.Server";
    private static readonly TimeSpan StartTime = TimeSpan.FromMinutes(5);

    private readonly Process _process;
    private readonly StringBuilder _output = new();
    private readonly TaskCompletionSource _ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private BenchServer(Process process)
    {
        _process = process;
        process.EnableRaisingEvents = true;
        process.Exited += (_, _) => _ready.TrySetException(new InvalidOperationException($"The server ended before it was ready:\n{_output}"));
        process.OutputDataReceived += (_, line) => Read(line.Data);
        process.ErrorDataReceived += (_, line) => Read(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    /// <summary>A client that does not hide broken streams.</summary>
    public FlashClient Client { get; private set; } = null!;

    /// <summary>Where its metrics are.</summary>
    public Uri Metrics => new(AddressOf("metrics") + "/metrics");

    /// <summary>Where its admin service is, if it has one.</summary>
    public string Admin => AddressOf("admin");

    /// <summary>Memory that the process holds, in bytes.</summary>
    public long ResidentBytes
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64;
        }
    }

    /// <summary>Processor time that the process has used, in seconds: other processes disturb it less than the clock, but threads that spin count.</summary>
    public double ProcessorSeconds
    {
        get
        {
            _process.Refresh();
            return _process.TotalProcessorTime.TotalSeconds;
        }
    }

    public static async Task<BenchServer> StartAsync(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null)
    {
        var own = new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar));
        var host = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet"));
        var start = new ProcessStartInfo(
            File.Exists(host) ? host : "dotnet",
            [Path.Combine(own.Parent!.Parent!.FullName, Assembly, own.Name, $"{Assembly}.dll"), "--grpc-port=0", "--http-port=0", "--metrics-port=0", .. arguments])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };

        // The server tunes its native libraries itself, and a figure says what is exported; what was set for this process is not for it.
        foreach (var name in start.Environment.Keys.Where(name => name == "GOMP_SPINCOUNT" || name.StartsWith("OTEL_", StringComparison.Ordinal)).ToArray())
        {
            start.Environment.Remove(name);
        }

        // It is killed in the end, and a killed runtime leaves the pipes of its diagnostics in the temporary folder.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        var server = new BenchServer(Process.Start(start)!);
        try
        {
            await server._ready.Task.WaitAsync(StartTime);
        }
        catch
        {
            await server.DisposeAsync();
            throw;
        }

        server.Client = server.Connect();
        return server;
    }

    /// <summary>Another client, for a caller of its own.</summary>
    /// <param name="key">The caller's API key; null for none.</param>
    public FlashClient Connect(string? key = null) =>
        FlashClient.Connect(AddressOf("gRPC"), new FlashClientOptions { Resume = ResumePolicy.None, UnaryTimeout = null, ApiKey = key });

    public async ValueTask DisposeAsync()
    {
        Client?.Dispose();
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
            // Enough for the summary and for the reason of a failed start.
            if (_output.Length < 100_000)
            {
                _output.AppendLine(CultureInfo.InvariantCulture, $"{line}");
            }
        }

        if (line.Contains(ReadyLine, StringComparison.Ordinal))
        {
            _ready.TrySetResult();
        }
    }

    private string AddressOf(string use)
    {
        lock (_output)
        {
            return AddressLine().Matches(_output.ToString()).First(match => match.Groups["use"].Value == use).Groups["address"].Value;
        }
    }

    [GeneratedRegex(@"^\s+(?<use>gRPC|metrics|admin)\s+(?<address>http://\S+)", RegexOptions.Multiline)]
    private static partial Regex AddressLine();
}
