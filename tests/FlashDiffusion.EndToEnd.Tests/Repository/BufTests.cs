using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.EndToEnd.Tests.Repository;

public sealed class BufTests
{
    private static string Protos => Path.Combine(Checkout.Root, "protos");

    [Fact]
    public void Lint_Protos_PassStandardAndComments()
    {
        var run = ToolRun.Start(OutsideTool.Require("buf"), Protos, "lint");

        Assert.True(run.ExitCode == 0, run.Output);
    }

    [Fact]
    public void Lint_FieldWithoutComment_IsCaught()
    {
        // The rules must be on: the same linter over the same configuration with one planted fault.
        var buf = OutsideTool.Require("buf");
        var folder = Directory.CreateTempSubdirectory("flash-buf-");
        try
        {
            File.Copy(Path.Combine(Protos, "buf.yaml"), Path.Combine(folder.FullName, "buf.yaml"));
            foreach (var proto in Directory.EnumerateFiles(Path.Combine(Protos, "inference"), "*.proto", SearchOption.AllDirectories))
            {
                var copy = Path.Combine(folder.FullName, Path.GetRelativePath(Protos, proto));
                Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
                File.Copy(proto, copy);
            }

            var package = folder.CreateSubdirectory("flashdiffusion/v1");
            File.WriteAllText(Path.Combine(package.FullName, "planted.proto"), "syntax = \"proto3\";\npackage flashdiffusion.v1;\n// A message.\nmessage Planted {\n  int32 bare = 1;\n}\n");

            var run = ToolRun.Start(buf, folder.FullName, "lint");

            Assert.NotEqual(0, run.ExitCode);
            Assert.Contains("bare", run.Output, StringComparison.Ordinal);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    [Fact]
    public void Breaking_AgainstLastReleaseTag_NothingBreaks()
    {
        var buf = OutsideTool.Require("buf");
        var tag = ToolRun.Start("git", Checkout.Root, "describe", "--tags", "--abbrev=0", "--match", "v*");
        if (tag.ExitCode != 0)
        {
            Assert.Skip("There is no release tag yet; from the first on, the protos are compared with the last.");
        }

        var run = ToolRun.Start(buf, Checkout.Root, "breaking", "protos", "--against", $".git#tag={tag.Output.Trim()},subdir=protos");

        Assert.True(run.ExitCode == 0, run.Output);
    }
}
