using FlashDiffusion.Cli;
using FlashDiffusion.Client.Tests.FakeServer;
using Grpc.Core;

namespace FlashDiffusion.Client.Tests.Cli;

/// <summary>Wrong input ends with one readable line and a failure, never a stack trace.</summary>
public sealed class CommandLineTests
{
    public static TheoryData<string[], int, string> Mistakes => new()
    {
        { ["demo", "--severity", "3"], 2, "--severity must be 0 to 1." },
        { ["demo", "--size", "0"], 2, "--size must be 1 to 4096 pixels." },
        { ["demo", "--size", "big"], 2, "Cannot parse argument 'big' for option '--size' as a whole number." },
        { ["demo", "--severity", "nan"], 2, "--severity must be 0 to 1." },
        { ["demo", "--full", "--start-step", "3"], 2, "contradict each other" },
        { ["demo", "--ddpm", "--ddim-steps", "3"], 2, "contradict each other" },
        { ["demo", "--image", "nowhere.jpg"], 2, "There is no file" },
        { ["demo", "--param", "std"], 2, "write NAME=VALUE" },
        { ["demo", "--address", "ftp://x"], 2, "--address: " },
        { ["demo", "--address", "a:1", "--address", "b:1"], 2, "--address: this command uses one server." },
        { ["demo", "--address", "http://192.0.2.1:8001"], 4, "No FlashDiffusion server answers at http://192.0.2.1:8001/" },
        { ["reconstruct", "y.npy"], 2, "Option '--operator' is required." },
        { ["reconstruct"], 2, "measurements" },
        { ["reconstruct", "nowhere.npy", "--operator", "denoising"], 2, "There is no file" },
        { ["reconstruct", "a.npy", "b.npy", "--operator", "denoising", "-o", "x.png"], 2, "--output x.png names one file" },
        { ["reconstruct", "a.png", "a.jpg", "--operator", "denoising"], 2, "would both be written to" },
        { ["reconstruct", "y.npy", "--operator", "denoising", "-o", "x.tiff"], 2, "must end in .png" },
        { ["reconstruct", "y.png", "--operator", "denoising", "-o", "y.png"], 2, "is the measurement itself" },
        { ["reconstruct", "y.png", "z.png", "--operator", "denoising", "-o", "."], 2, "holds measurements" },
        { ["severity", ".", "--operator", "denoising"], 2, "is a folder" },
        { ["demo", "--seed", "-1"], 2, "as a whole number, 0 or more." },
        { ["watch", "nowhere.npy", "--operator", "denoising"], 2, "There is no file" },
        { ["watch", "y.npy", "--operator", "denoising", "-o", "x"], 2, "must end in .png" },
        { ["degrade", "x.png", "--operator", "denoising", "-o", "y.gif"], 2, "must end in .png" },
        { ["bench", "--rate", "0"], 2, "--rate must be 0.001 to 10000 a second." },
        { ["bench", "--requests", "-1"], 2, "--requests must be 1 to 100000." },
        { ["bench", "--arrivals", "never"], 2, "never" },
        { ["bench", "--address", "127.0.0.1:1"], 4, "No FlashDiffusion server answers" },
        { ["compare", "--image", "nowhere.jpg"], 2, "There is no file" },
        { ["models", "--address", "127.0.0.1:1"], 4, "No FlashDiffusion server answers at http://127.0.0.1:1/" },
        { ["models", "--api-key-file", "nowhere"], 2, "--api-key-file: there is no file" },
        { ["models", "--timeout", "0"], 2, "--timeout must be" },
        { ["destroy"], 2, "destroy" },
        { ["model"], 2, "models" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public async Task Run_Mistake_IsReadableAndHasItsExitCode(string[] arguments, int code, string expected)
    {
        var (exit, output, error) = await CommandRunner.RunAsync(arguments);

        Assert.Equal((code, ""), (exit, output));
        Assert.Contains(expected, error, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", error, StringComparison.Ordinal);
        Assert.DoesNotContain("System.", error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Run_OptionThatIsMisspeltTwice_IsCorrectedOnceAndItsValuesAreNot()
    {
        var (_, _, error) = await CommandRunner.RunAsync("compare", "--solver", "ae", "--solver", "ddim");

        Assert.Equal(
            """
            flash: '--solver' was not matched. Did you mean one of the following?
              --solvers
            flash: Unrecognized command or argument '--solver'.
            flash: Unrecognized command or argument 'ae'.
            flash: Unrecognized command or argument 'ddim'.
            See 'flash compare --help'.

            """.ReplaceLineEndings(),
            error);
    }

    [Fact]
    public async Task Run_Failures_HaveTheirExitCodes()
    {
        await using var server = await FakeFlashServer.StartAsync();
        var seen = new List<int>();
        foreach (var failure in new[] { Failures.BadRequest(), Failures.Starting(), Failures.QueueFull(TimeSpan.FromSeconds(1)), new(new Status(StatusCode.DeadlineExceeded, "Too late.")), new(new Status(StatusCode.Internal, "Oh.")) })
        {
            server.Catalog.Failure = failure;
            seen.Add((await CommandRunner.RunAsync("solvers", "--address", server.Address)).ExitCode);
            seen.Add((await CommandRunner.RunAsync("models", "--address", server.Address)).ExitCode);
        }

        // Of the fake catalog only the models fail.
        Assert.Equal([0, ExitCode.Refused, 0, ExitCode.Unavailable, 0, ExitCode.Busy, 0, ExitCode.Deadline, 0, ExitCode.Failed], seen);
    }

    [Fact]
    public async Task Run_Refusal_NamesTheFields()
    {
        await using var server = await FakeFlashServer.StartAsync();
        server.Reconstruction.Failure = Failures.BadRequest(("operator.parameters[std]", "Must be 0.05 to 20 pixels."));
        using var folder = new TemporaryFolder();

        var (exit, _, error) = await CommandRunner.RunAsync("demo", "--address", server.Address, "--output", folder.Path);

        Assert.Equal(ExitCode.Refused, exit);
        Assert.Contains("operator.parameters[std]: Must be 0.05 to 20 pixels.", error, StringComparison.Ordinal);
        Assert.Single(error.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task Run_KeyMissing_NamesTheOption()
    {
        await using var server = await FakeFlashServer.StartAsync();
        server.Catalog.Failure = Failures.Of(StatusCode.Unauthenticated, "UNAUTHENTICATED");

        var (exit, _, error) = await CommandRunner.RunAsync("models", "--address", server.Address);

        Assert.Equal(ExitCode.Refused, exit);
        Assert.Contains("Give --api-key-file, or set FLASHDIFFUSION_API_KEY.", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--help")]
    [InlineData]
    public async Task Run_Help_ListsEveryCommandAndTheExitCodes(params string[] arguments)
    {
        var (exit, output, _) = await CommandRunner.RunAsync(arguments);

        Assert.Equal(ExitCode.Success, exit);
        Assert.All(
            ["demo", "reconstruct", "watch", "compare", "degrade", "severity", "bench", "models", "solvers", "operators", "Exit codes: 0 done"],
            name => Assert.Contains(name, output, StringComparison.Ordinal));
    }
}
