using System.Diagnostics;

namespace FlashDiffusion.Testing.Tools;

/// <summary>Runs a program to its end and keeps what it says.</summary>
/// <param name="ExitCode">Its exit code.</param>
/// <param name="Output">Standard output and error, together.</param>
internal sealed record ToolRun(int ExitCode, string Output)
{
    /// <summary>Runs a program.</summary>
    /// <param name="program">Path or name of the executable.</param>
    /// <param name="workingDirectory">Where it runs.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <returns>How it ended.</returns>
    public static ToolRun Start(string program, string workingDirectory, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { WorkingDirectory = workingDirectory, RedirectStandardOutput = true, RedirectStandardError = true };
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return new ToolRun(process.ExitCode, output + error.GetAwaiter().GetResult());
    }
}
