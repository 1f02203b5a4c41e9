using Xunit;

namespace FlashDiffusion.Testing.Tools;

/// <summary>A program from outside .NET that a test needs: absent, the test skips by name; under REQUIRE_TOOLS=1 absence is a failure.</summary>
internal static class OutsideTool
{
    /// <summary>Path of a program, looked up in PATH.</summary>
    /// <param name="name">Name of the executable.</param>
    /// <returns>Its full path.</returns>
    public static string Require(string name)
    {
        if (Find(name) is { } path)
        {
            return path;
        }

        if (Environment.GetEnvironmentVariable("REQUIRE_TOOLS") == "1")
        {
            Assert.Fail($"'{name}' is not in PATH, and REQUIRE_TOOLS=1 makes that a failure; .ci/run installs it.");
        }

        Assert.Skip($"'{name}' is not in PATH; .ci/run shows how to install it.");
        return "";
    }

    /// <summary>Path of a program, looked up in PATH; null if it is not there.</summary>
    /// <param name="name">Name of the executable.</param>
    public static string? Find(string name) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Select(folder => Path.Combine(folder, name))
        .FirstOrDefault(File.Exists);
}
