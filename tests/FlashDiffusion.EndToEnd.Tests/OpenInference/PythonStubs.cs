using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.EndToEnd.Tests.OpenInference;

/// <summary>Stubs of the Open Inference Protocol for Python, made from this project's definitions, and programs that use them.</summary>
internal sealed class PythonStubs : IDisposable
{
    public static readonly string Protos = Path.Combine(Checkout.Root, "protos", "inference");
    public static readonly string Tests = Path.Combine(Checkout.Root, "tests", "FlashDiffusion.EndToEnd.Tests", "OpenInference");

    private readonly string _python = SystemPython.Require("grpc", "numpy", "PIL", "google.protobuf");
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("flash-stubs-");

    public PythonStubs()
    {
        var (protoc, plugin) = (OutsideTool.Require("protoc"), OutsideTool.Require("grpc_python_plugin"));
        Expect(ToolRun.Start(
            protoc, Protos, "-I", ".", $"--python_out={_folder.FullName}", $"--grpc_python_out={_folder.FullName}", $"--plugin=protoc-gen-grpc_python={plugin}", "grpc_service.proto", "model_config.proto"));
    }

    /// <summary>Runs the tests of a module; all of them must pass.</summary>
    /// <param name="module">Its name.</param>
    /// <param name="environment">Variables for it, <c>NAME=value</c>.</param>
    public ToolRun Run(string module, params string[] environment)
    {
        var run = Expect(ToolRun.Start("env", Tests, [.. environment, $"PYTHONPATH={_folder.FullName}", _python, "-B", "-m", "unittest", "-v", module]));
        Assert.DoesNotContain("skipped", run.Output, StringComparison.Ordinal);
        return run;
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static ToolRun Expect(ToolRun run)
    {
        Assert.True(run.ExitCode == 0, run.Output);
        return run;
    }
}
