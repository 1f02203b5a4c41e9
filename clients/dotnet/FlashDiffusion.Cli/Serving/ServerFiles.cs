using System.Runtime.InteropServices;

namespace FlashDiffusion.Cli.Serving;

/// <summary>The server that was built beside the command line, found by path: the command line never loads its types.</summary>
/// <param name="Assembly">FlashDiffusion.Server.dll.</param>
/// <param name="Host">The <c>dotnet</c> that runs this process.</param>
internal sealed record ServerFiles(string Assembly, string Host)
{
    private const string ServerName = "FlashDiffusion.Server";

    /// <summary>Folder that the SDK puts tools into.</summary>
    private const string ToolStore = ".store";

    /// <summary>Looks in the artifacts layout: bin/PROJECT/CONFIGURATION.</summary>
    public static ServerFiles Find(string ownFolder)
    {
        var own = new DirectoryInfo(Path.TrimEndingDirectorySeparator(Path.GetFullPath(ownFolder)));
        var assembly = Path.Combine(own.Parent?.Parent?.FullName ?? own.FullName, ServerName, own.Name, $"{ServerName}.dll");
        if (File.Exists(assembly))
        {
            return new ServerFiles(assembly, FindHost());
        }

        // Installed as a tool it has no server beside it, and nobody shall look for one.
        var hint = own.FullName.Split(Path.DirectorySeparatorChar).Contains(ToolStore)
            ? "an installed flash brings none: start one"
            : $"there is none to start at {assembly}: build it (dotnet build -c Release)";
        throw new CliException($"No server answers, and {hint}, or give --address of a running one.", ExitCode.Unavailable);
    }

    private static string FindHost()
    {
        // .../dotnet/shared/Microsoft.NETCore.App/10.0.0/ lies three folders below its host.
        var root = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        var host = Path.Combine(root, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
        return File.Exists(host) ? host : "dotnet";
    }
}
