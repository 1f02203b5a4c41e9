using FlashDiffusion.EndToEnd.Tests.Servers;
using FlashDiffusion.Testing.Tools;

namespace FlashDiffusion.EndToEnd.Tests.Clients;

/// <summary>The Python client's own tests, run against a real server.</summary>
[Collection(ServerCollection.Name)]
public sealed class PythonClientTests(SharedServer shared)
{
    private static readonly string Folder = Path.Combine(Checkout.Root, "clients", "python");

    [Theory]
    [InlineData("tests.test_pictures")]
    [InlineData("tests.test_options")]
    [InlineData("tests.test_resume")]
    [InlineData("tests.test_streams")]
    [InlineData("tests.test_package")]
    [InlineData("tests.test_server.SyncTests")]
    [InlineData("tests.test_server.AsyncTests")]
    public void Tests_OfThePythonClient_Pass(string module)
    {
        var python = SystemPython.Require("grpc", "numpy", "PIL", "google.protobuf");
        var address = shared.Server.Address;

        var run = ToolRun.Start("env", Folder, $"FLASHDIFFUSION_ADDRESS={address.Authority}", $"PYTHONPATH={Path.Combine(Folder, "src")}", python, "-B", "-m", "unittest", "-v", module);

        TestContext.Current.TestOutputHelper?.WriteLine(run.Output);
        Assert.True(run.ExitCode == 0, run.Output);
        Assert.Contains("Ran ", run.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("Ran 0 tests", run.Output, StringComparison.Ordinal);
    }
}
