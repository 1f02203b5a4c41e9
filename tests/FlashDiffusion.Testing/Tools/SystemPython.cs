using Xunit;

namespace FlashDiffusion.Testing.Tools;

/// <summary>The distribution's own Python with the packages that a test needs; absent, the test skips by name.</summary>
internal static class SystemPython
{
    /// <summary>Path of an interpreter that can import the modules.</summary>
    /// <param name="modules">Names of modules, for example <c>grpc</c>.</param>
    /// <returns>The path.</returns>
    public static string Require(params string[] modules)
    {
        // Debian's packages belong to Debian's interpreter; another one first in PATH would not see them.
        const string Debian = "/usr/bin/python3";
        var python = File.Exists(Debian) ? Debian : OutsideTool.Require("python3");
        var run = ToolRun.Start(python, AppContext.BaseDirectory, "-c", "import " + string.Join(", ", modules));
        if (run.ExitCode != 0 && Environment.GetEnvironmentVariable("REQUIRE_TOOLS") == "1")
        {
            Assert.Fail($"{python} can't import {string.Join(", ", modules)}, and REQUIRE_TOOLS=1 makes that a failure; .ci/run installs them.\n{run.Output}");
        }

        Assert.SkipWhen(run.ExitCode != 0, $"{python} can't import {string.Join(", ", modules)}; .ci/run shows how to install them.");
        return python;
    }
}
