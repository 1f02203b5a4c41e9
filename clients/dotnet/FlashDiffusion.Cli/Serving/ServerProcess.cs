using System.Diagnostics;

namespace FlashDiffusion.Cli.Serving;

/// <summary>A server that this command started, and ends.</summary>
internal sealed class ServerProcess : IAsyncDisposable
{
    private const int DefaultHttpPort = 8000;
    private const int DefaultMetricsPort = 8002;

    private readonly Process _process;
    private readonly TextWriter _log;
    private readonly Lock _logLock = new();
    private string _lastLine = "";

    private ServerProcess(Process process, TextWriter log, string logPath) => (_process, _log, LogPath) = (process, log, logPath);

    public string LogPath { get; }

    public bool HasExited => _process.HasExited;

    /// <summary>Starts the server on a port of the loopback interface, with everything else at its defaults.</summary>
    public static ServerProcess Start(ServerFiles files, int port, string logPath)
    {
        var start = new ProcessStartInfo(files.Host)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            RedirectStandardInput = true,
            UseShellExecute = false,
        };
        foreach (var argument in (string[])[
            files.Assembly,
            FormattableString.Invariant($"--grpc-port={port}"),
            FormattableString.Invariant($"--http-port={LocalPort.OrAny(DefaultHttpPort)}"),
            FormattableString.Invariant($"--metrics-port={LocalPort.OrAny(DefaultMetricsPort)}")])
        {
            start.ArgumentList.Add(argument);
        }

        // It is killed in the end, and a killed runtime leaves the pipes of its diagnostics in the temporary folder.
        start.Environment.TryAdd("DOTNET_EnableDiagnostics", "0");
        Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(logPath))!);
        var log = TextWriter.Synchronized(new StreamWriter(logPath) { AutoFlush = true });
        var server = new ServerProcess(new Process { StartInfo = start }, log, Path.GetFullPath(logPath));
        server._process.OutputDataReceived += (_, line) => server.Log(line.Data);
        server._process.ErrorDataReceived += (_, line) => server.Log(line.Data);
        server._process.Start();
        server._process.BeginOutputReadLine();
        server._process.BeginErrorReadLine();
        return server;
    }

    /// <summary>Why it ended, as far as its log tells.</summary>
    public string Obituary()
    {
        // Without a limit of its own it waits for the last lines too.
        Task.Run(_process.WaitForExit).Wait(TimeSpan.FromSeconds(10));
        lock (_logLock)
        {
            var last = _lastLine.Length > 0 ? $": {_lastLine}" : "";
            return $"The server ended with exit code {_process.ExitCode}{last} (log: {LogPath}).";
        }
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            _process.Kill(entireProcessTree: true);
            await _process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        }
        catch (InvalidOperationException)
        {
            // It ended by itself between two looks.
        }

        _process.Dispose();
        await _log.DisposeAsync().ConfigureAwait(false);
    }

    private void Log(string? line)
    {
        if (line is null)
        {
            return;
        }

        lock (_logLock)
        {
            _lastLine = line.Trim().Length > 0 ? line.Trim() : _lastLine;
        }

        _log.WriteLine(line);
    }
}
