using System.Runtime.InteropServices;
using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.EndToEnd.Tests.Readme;

/// <summary>Compiles and runs a program of a few lines as <c>dotnet run</c> would with the client as its reference, without a build.</summary>
internal static class CSharpProgram
{
    /// <summary>The usings that a new console project has without saying so.</summary>
    private const string Implicit = """
        global using System;
        global using System.Collections.Generic;
        global using System.IO;
        global using System.Linq;
        global using System.Net.Http;
        global using System.Threading;
        global using System.Threading.Tasks;
        """;

    private static readonly string Runtime = RuntimeEnvironment.GetRuntimeDirectory();
    private static readonly string Root = Path.GetFullPath(Path.Combine(Runtime, "..", "..", ".."));
    private static readonly string[] Needs = ["FlashDiffusion.Client", "FlashDiffusion.Protos", "Google", "Grpc", "Microsoft.Extensions", "System.IO.Hashing"];

    /// <summary>Runs it.</summary>
    /// <param name="folder">Where it runs; its files are left there.</param>
    /// <param name="text">The program.</param>
    /// <param name="environment">Variables that it runs with, as NAME=value.</param>
    public static ToolRun Run(string folder, string text, params string[] environment)
    {
        File.WriteAllText(Path.Combine(folder, "Program.cs"), text);
        File.WriteAllText(Path.Combine(folder, "Usings.cs"), Implicit);
        var libraries = Directory.EnumerateFiles(AppContext.BaseDirectory, "*.dll")
            .Where(path => Needs.Any(need => Path.GetFileName(path).StartsWith(need, StringComparison.Ordinal)))
            .Select(path => Path.Combine(folder, Path.GetFileName(path)))
            .ToList();
        libraries.ForEach(path => File.Copy(Path.Combine(AppContext.BaseDirectory, Path.GetFileName(path)), path));
        File.Copy(Path.ChangeExtension(typeof(CSharpProgram).Assembly.Location, ".runtimeconfig.json"), Path.Combine(folder, "example.runtimeconfig.json"));

        var dotnet = Path.Combine(Root, OperatingSystem.IsWindows() ? "dotnet.exe" : "dotnet");
        var references = libraries.Concat(Directory.EnumerateFiles(Runtime, "System*.dll")).Select(path => $"-r:{path}");
        var compiled = ToolRun.Start(dotnet, folder, ["exec", Compiler(), "-nologo", "-nullable", "-warnaserror", "-out:example.dll", .. references, "Program.cs", "Usings.cs"]);
        return compiled.ExitCode == 0 ? ToolRun.Start("env", folder, [.. environment, dotnet, "example.dll"]) : compiled;
    }

    /// <summary>The compiler of the newest SDK beside the runtime.</summary>
    private static string Compiler() => Directory.EnumerateDirectories(Path.Combine(Root, "sdk"))
        .Select(sdk => Path.Combine(sdk, "Roslyn", "bincore", "csc.dll"))
        .Where(File.Exists)
        .MaxBy(File.GetLastWriteTimeUtc) ?? throw new FileNotFoundException($"No C# compiler below {Root}.");
}
