using FlashDiffusion.Cli;
using FlashDiffusion.Client.Tests.FakeServer;

namespace FlashDiffusion.Client.Tests.Cli;

/// <summary>Wrong input ends with one readable line and a failure, never a stack trace.</summary>
public sealed class CommandLineTests
{
    public static TheoryData<string[], string> Mistakes => new()
    {
        { ["demo", "--severity", "3"], "--severity must be 0 to 1." },
        { ["demo", "--size", "0"], "--size must be 1 to 4096 pixels." },
        { ["demo", "--full", "--start-step", "3"], "contradict each other" },
        { ["demo", "--image", "nowhere.jpg"], "There is no file" },
        { ["demo", "--param", "std"], "write NAME=VALUE" },
        { ["demo", "--address", "ftp://x"], "--address: " },
        { ["demo", "--address", "http://192.0.2.1:8001"], "No FlashDiffusion server answers at http://192.0.2.1:8001/" },
        { ["reconstruct", "y.npy"], "Option '--operator' is required." },
        { ["reconstruct", "nowhere.npy", "--operator", "denoising"], "There is no file" },
        { ["models", "--address", "127.0.0.1:1"], "No FlashDiffusion server answers at http://127.0.0.1:1/" },
        { ["destroy"], "destroy" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task Run_Mistake_IsOneReadableLine(string[] arguments, string expected)
    {
        var (exit, _, error) = await CommandRunner.RunAsync(arguments);

        Assert.NotEqual(FlashCommandLine.Success, exit);
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_Refusal_NamesTheFields()
    {
        await using var server = await FakeFlashServer.StartAsync();
        server.Reconstruction.Failure = Failures.BadRequest(("operator.parameters[std]", "Must be 0.05 to 20 pixels."));
        using var folder = new TemporaryFolder();

        var (exit, _, error) = await CommandRunner.RunAsync("demo", "--address", server.Address, "--output", folder.Path);

        Assert.Equal(FlashCommandLine.Failure, exit);
        Assert.Contains("operator.parameters[std]: Must be 0.05 to 20 pixels.", error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task Run_Help_ListsEveryCommand()
    {
        var (exit, output, _) = await CommandRunner.RunAsync("--help");

        Assert.Equal(FlashCommandLine.Success, exit);
        Assert.All(["demo", "reconstruct", "degrade", "severity", "models", "solvers", "operators"], name => Assert.Contains(name, output, StringComparison.Ordinal));
    }
}
