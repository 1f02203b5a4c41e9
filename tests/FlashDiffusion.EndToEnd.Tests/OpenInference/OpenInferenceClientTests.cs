using FlashDiffusion.EndToEnd.Tests.Servers;
using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.EndToEnd.Tests.OpenInference;

/// <summary>Clients of the Open Inference Protocol in the languages that its users have, against a real server.</summary>
[Collection(ServerCollection.Name)]
public sealed class OpenInferenceClientTests(SharedServer shared)
{
    [Fact]
    public void Python_AsTritonsAndKServesClients_ListsInfersAndStreams()
    {
        using var stubs = new PythonStubs();

        var run = stubs.Run("test_inference", $"FLASHDIFFUSION_ADDRESS={shared.Server.Address.Authority}");

        Assert.Matches("Ran [1-9][0-9] tests", run.Output);
    }

    [Fact]
    public void Node_WithGrpcJs_ListsInfersAndStreams()
    {
        var (node, npm) = (OutsideTool.Require("node"), OutsideTool.Require("npm"));
        var tools = Path.Combine(Checkout.Root, "artifacts", "tools", "inference");
        Directory.CreateDirectory(tools);
        Expect(ToolRun.Start(npm, tools, "install", "--no-fund", "--no-audit", "--no-save", "--ignore-scripts", "--prefer-offline", "--prefix", tools, "@grpc/grpc-js@1.14.7", "@grpc/proto-loader@0.8.0"));

        var run = Expect(ToolRun.Start(
            "env", PythonStubs.Tests, $"FLASHDIFFUSION_ADDRESS={shared.Server.Address.Authority}", $"INFERENCE_PROTOS={PythonStubs.Protos}", $"NODE_TOOLS={tools}", node, "--test", "--test-reporter=tap", "inference.test.mjs"));

        Assert.Contains("# pass 4", run.Output, StringComparison.Ordinal);
        Assert.Contains("# skipped 0", run.Output, StringComparison.Ordinal);
    }

    private static ToolRun Expect(ToolRun run)
    {
        Assert.True(run.ExitCode == 0, run.Output);
        return run;
    }
}
