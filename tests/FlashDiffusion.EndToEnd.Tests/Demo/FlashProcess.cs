using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace FlashDiffusion.EndToEnd.Tests.Demo;

/// <summary>The built command line as a process of its own, as users run it.</summary>
internal sealed class FlashProcess : IDisposable
{
    private readonly StringBuilder _output = new();
    private readonly Process _process;

    private FlashProcess(Process process) => _process = process;

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

    /// <summary>The built command line.</summary>
    public static string Built { get; } = PathOfBuilt(new DirectoryInfo(Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory)));

    public static FlashProcess Start(params string[] arguments)
    {
        // A shell starts background jobs with SIGINT ignored, and children inherit that: a test run in the background could not interrupt.
        var start = OperatingSystem.IsLinux()
            ? new ProcessStartInfo("env", ["--default-signal=INT", "dotnet", Built, .. arguments])
            : new ProcessStartInfo("dotnet", [Built, .. arguments]);
        (start.RedirectStandardOutput, start.RedirectStandardError) = (true, true);
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        var flash = new FlashProcess(new Process { StartInfo = start });
        flash._process.OutputDataReceived += (_, line) => flash.Append(line.Data);
        flash._process.ErrorDataReceived += (_, line) => flash.Append(line.Data);
        flash._process.Start();
        flash._process.BeginOutputReadLine();
        flash._process.BeginErrorReadLine();
        return flash;
    }

    public static bool SomebodyListens(int port)
    {
        using var client = new TcpClient();
        try
        {
            client.Connect(IPAddress.Loopback, port);
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }

    public async Task<int> ExitCodeAsync(CancellationToken cancellation)
    {
        await _process.WaitForExitAsync(cancellation);
        return _process.ExitCode;
    }

    public async Task WaitForOutputAsync(string text, CancellationToken cancellation)
    {
        while (!Output.Contains(text, StringComparison.Ordinal))
        {
            Assert.False(_process.HasExited, $"flash ended without saying '{text}': {Output}");
            await Task.Delay(20, cancellation);
        }
    }

    /// <summary>What Ctrl-C does, to this process alone.</summary>
    public async Task InterruptAsync(CancellationToken cancellation)
    {
        using var kill = Process.Start("kill", ["-INT", $"{_process.Id}"]);
        await kill.WaitForExitAsync(cancellation);
    }

    public void Dispose()
    {
        if (!_process.HasExited)
        {
            _process.Kill(entireProcessTree: true);
        }

        _process.Dispose();
    }

    private static string PathOfBuilt(DirectoryInfo own) => Path.Combine(own.Parent!.Parent!.FullName, "FlashDiffusion.Cli", own.Name, "flash.dll");

    private void Append(string? line)
    {
        lock (_output)
        {
            _output.AppendLine(line);
        }
    }
}
