using FlashDiffusion.Server.Configuration;

namespace FlashDiffusion.Server.Tests.Configuration;

public sealed class CommandLineTests
{
    [Theory]
    [InlineData("--grpc-port=9001")]
    [InlineData("--grpc-port", "9001")]
    [InlineData("--Server:GrpcPort=9001")]
    public void Parse_AnyForm_SetsTheKey(params string[] arguments)
    {
        var parsed = CommandLine.Parse(arguments);

        Assert.Empty(parsed.Errors);
        Assert.Equal(new KeyValuePair<string, string?>("Server:GrpcPort", "9001"), Assert.Single(parsed.Settings));
    }

    [Fact]
    public void Parse_OptionTwice_TheLastWins() =>
        Assert.Equal("2", Assert.Single(CommandLine.Parse(["--batch=1", "--engine:maximumbatch=2"]).Settings).Value);

    [Fact]
    public void Parse_SeveralFaults_ReportsAll()
    {
        var parsed = CommandLine.Parse(["--grcp-port=1", "positional", "--Enigne:Device=cuda", "--listen"]);

        Assert.Equal(4, parsed.Errors.Length);
        Assert.Contains("--grcp-port", parsed.Errors[0], StringComparison.Ordinal);
        Assert.Contains("--Enigne:Device", parsed.Errors[2], StringComparison.Ordinal);
        Assert.Contains("needs a value", parsed.Errors[3], StringComparison.Ordinal);
    }

    [Fact]
    public void Help_EverySwitch_IsExplained()
    {
        Assert.True(CommandLine.Parse(["--help"]).ShowHelp);
        Assert.All(CommandLine.Switches, option => Assert.Contains($"{option.Name}={option.Value}", CommandLine.Help(), StringComparison.Ordinal));
    }
}
