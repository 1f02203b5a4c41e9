using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.EndToEnd.Tests.Clients;

/// <summary>The TypeScript client, installed and compiled once for all tests of it, in whichever collection.</summary>
internal static class TypeScriptPackage
{
    private static readonly Lock Building = new();
    private static bool _built;

    /// <summary>Its folder.</summary>
    public static string Folder { get; } = Path.Combine(Checkout.Root, "clients", "typescript");

    /// <summary>Installs what it needs from the npm registry and compiles it; skips the test without Node.</summary>
    /// <returns>Path of node.</returns>
    public static string Build()
    {
        var (node, npm) = (OutsideTool.Require("node"), OutsideTool.Require("npm"));
        lock (Building)
        {
            if (!_built)
            {
                Expect(ToolRun.Start(npm, Folder, "ci", "--no-fund", "--no-audit", "--ignore-scripts"));
                Expect(ToolRun.Start(npm, Folder, "run", "build"));
                _built = true;
            }
        }

        return node;
    }

    private static void Expect(ToolRun run) => Assert.True(run.ExitCode == 0, run.Output);
}
