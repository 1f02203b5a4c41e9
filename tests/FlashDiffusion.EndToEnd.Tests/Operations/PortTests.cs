using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using FlashDiffusion.EndToEnd.Tests.Servers;

namespace FlashDiffusion.EndToEnd.Tests.Operations;

public sealed class PortTests
{
    [Theory]
    [InlineData("--grpc-port")]
    [InlineData("--http-port")]
    [InlineData("--metrics-port")]
    [InlineData("--admin-port")]
    public async Task Start_PortTaken_SaysWhichOptionChangesItInOneLine(string option)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = ((IPEndPoint)taken.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        string[] ports = ["--grpc-port=0", "--http-port=0", "--metrics-port=0", "--admin=true", $"{option}={port}"];

        var (code, output, errors) = await RunAsync(ports);

        Assert.Equal(1, code);
        Assert.Contains($"Port {port} ", errors, StringComparison.Ordinal);
        Assert.Contains($"{option}=PORT", errors, StringComparison.Ordinal);
        Assert.Single(errors.Trim().Split('\n'));
        Assert.DoesNotContain("   at ", output + errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Start_WrongOptions_SaysAllOfThemWithoutStackTrace()
    {
        var (code, output, errors) = await RunAsync(["--grpc-port=70000", "--listen=everywhere", "--batch=many", "--device=gpu", "--log-level=loud", "--Engine:MaximumBach=3", "--grcp-port=1"]);

        Assert.Equal(1, code);
        Assert.Equal(7, errors.Trim().Split('\n').Length);
        Assert.DoesNotContain("   at ", output + errors, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Logs_AsJson_AreAnObjectALine()
    {
        var (code, output, _) = await RunAsync(["--grpc-port=0", "--http-port=0", "--metrics-port=0", "--log-format=json", "--device=cuda:63"]);

        Assert.Equal(1, code);
        var lines = output.Trim().Split('\n').Select(line => JsonNode.Parse(line)!).ToList();
        // An event's id is the name by which programs know it.
        Assert.Contains(lines, line => (int?)line["EventId"] == 3003 && (string?)line["LogLevel"] == "Critical");
        Assert.All(lines, line => Assert.NotNull(line["Message"]));
    }

    [Fact]
    public async Task Help_Asked_ExplainsAndEnds()
    {
        var (code, output, _) = await RunAsync(["--help"]);

        Assert.Equal(0, code);
        Assert.Contains("--grpc-port=8001", output, StringComparison.Ordinal);
    }

    private static async Task<(int Code, string Output, string Errors)> RunAsync(string[] arguments)
    {
        using var process = BuiltServer.Start(arguments);
        var output = process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        var errors = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(TimeSpan.FromMinutes(2), TestContext.Current.CancellationToken);
        return (process.ExitCode, await output, await errors);
    }
}
