using FlashDiffusion.EndToEnd.Tests.Servers;
using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.EndToEnd.Tests.OpenInference;

/// <summary>Clients of the Open Inference Protocol in the languages that its users have, against a real server.</summary>
[Collection(ServerCollection.Name)]
public sealed class OpenInferenceClientTests(SharedServer shared)
{
    private static readonly string Protos = Path.Combine(Checkout.Root, "protos", "inference");
    private static readonly string Tests = Path.Combine(Checkout.Root, "tests", "FlashDiffusion.EndToEnd.Tests", "OpenInference");

    [Fact]
    public void Python_AsTritonsAndKServesClients_ListsInfersAndStreams()
    {
        var python = SystemPython.Require("grpc", "numpy", "PIL", "google.protobuf");
        var (protoc, plugin) = (OutsideTool.Require("protoc"), OutsideTool.Require("grpc_python_plugin"));
        var stubs = Directory.CreateTempSubdirectory("flash-stubs-");
        try
        {
            Expect(ToolRun.Start(protoc, Protos, "-I", ".", $"--python_out={stubs.FullName}", $"--grpc_python_out={stubs.FullName}", $"--plugin=protoc-gen-grpc_python={plugin}", "grpc_service.proto", "model_config.proto"));

            var run = Expect(ToolRun.Start("env", Tests, $"FLASHDIFFUSION_ADDRESS={shared.Server.Address.Authority}", $"PYTHONPATH={stubs.FullName}", python, "-B", "-m", "unittest", "-v", "test_inference"));

            Assert.Matches("Ran [1-9][0-9] tests", run.Output);
            Assert.DoesNotContain("skipped", run.Output, StringComparison.Ordinal);
        }
        finally
        {
            stubs.Delete(recursive: true);
        }
    }

    [Fact]
    public void Node_WithGrpcJs_ListsInfersAndStreams()
    {
        var (node, npm) = (OutsideTool.Require("node"), OutsideTool.Require("npm"));
        var tools = Path.Combine(Checkout.Root, "artifacts", "tools", "inference");
        Directory.CreateDirectory(tools);
        Expect(ToolRun.Start(npm, tools, "install", "--no-fund", "--no-audit", "--no-save", "--ignore-scripts", "--prefer-offline", "--prefix", tools, "@grpc/grpc-js@1.14.7", "@grpc/proto-loader@0.8.0"));

        var run = Expect(ToolRun.Start(
            "env", Tests, $"FLASHDIFFUSION_ADDRESS={shared.Server.Address.Authority}", $"INFERENCE_PROTOS={Protos}", $"NODE_TOOLS={tools}", node, "--test", "--test-reporter=tap", "inference.test.mjs"));

        Assert.Contains("# pass 4", run.Output, StringComparison.Ordinal);
        Assert.Contains("# skipped 0", run.Output, StringComparison.Ordinal);
    }

    private static ToolRun Expect(ToolRun run)
    {
        Assert.True(run.ExitCode == 0, run.Output);
        return run;
    }
}
