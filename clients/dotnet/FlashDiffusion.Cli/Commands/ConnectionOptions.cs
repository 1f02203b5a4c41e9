using System.CommandLine;
using FlashDiffusion.Client;

namespace FlashDiffusion.Cli.Commands;

/// <summary>Where the server is.</summary>
internal sealed class ConnectionOptions
{
    public const string DefaultAddress = "http://127.0.0.1:8001";

    public Option<string> Address { get; } = new("--address")
    {
        Description = "The server, host:port or http(s)://host:port.",
        DefaultValueFactory = _ => DefaultAddress,
        HelpName = "ADDRESS",
    };

    public void AddTo(Command command) => command.Add(Address);

    public FlashClient Connect(ParseResult parsed) => Connect(parsed.GetRequiredValue(Address));

    public static FlashClient Connect(string address, FlashClientOptions? options = null)
    {
        try
        {
            return FlashClient.Connect(address, options);
        }
        catch (ArgumentException exception)
        {
            throw new CliException($"--address: {exception.Message}");
        }
    }
}
