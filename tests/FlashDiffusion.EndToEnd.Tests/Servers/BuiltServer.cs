using System.Diagnostics;
using System.Runtime.InteropServices;
using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.EndToEnd.Tests.Servers;

/// <summary>The server as it was built with these tests.</summary>
internal static class BuiltServer
{
    /// <summary>Its folder, of the same configuration as the tests.</summary>
    public static string Folder { get; } = Path.Combine(
        Checkout.Root, "artifacts", "bin", "FlashDiffusion.Server", new DirectoryInfo(AppContext.BaseDirectory.TrimEnd(Path.DirectorySeparatorChar)).Name);

    /// <summary>Starts it as users do.</summary>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="environment">Variables beside those of the tests.</param>
    /// <param name="within">A command that runs it, its own arguments first; none if empty.</param>
    public static Process Start(IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, IReadOnlyList<string>? within = null)
    {
        // The host that runs the tests is the one that must run the server, whatever PATH says.
        var host = Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", "..", OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
        string[] command = [.. within ?? [], File.Exists(host) ? host : "dotnet", Path.Combine(Folder, "FlashDiffusion.Server.dll"), .. arguments];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        // A runtime that is killed leaves the pipes of its diagnostics in the temporary folder.
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        foreach (var (name, value) in environment ?? new Dictionary<string, string>())
        {
            start.Environment[name] = value;
        }

        return Process.Start(start)!;
    }
}
