using System.Diagnostics;
using System.Globalization;

namespace FlashDiffusion.EndToEnd.Tests.Operations;

/// <summary>A process that can be stopped like by Ctrl+Z, and ends with its test.</summary>
internal sealed class StoppableProcess(string program, IReadOnlyList<string> arguments) : IDisposable
{
    private readonly Process _process = Process.Start(new ProcessStartInfo(program, arguments))!;

    public bool HasExited => _process.HasExited;

    public void Stop()
    {
        using var kill = Process.Start("kill", ["-STOP", _process.Id.ToString(CultureInfo.InvariantCulture)]);
        kill.WaitForExit();
    }

    public void Dispose()
    {
        _process.Kill();
        _process.WaitForExit();
        _process.Dispose();
    }
}
