using System.CommandLine;
using FlashDiffusion.Cli.Display;
using FlashDiffusion.Cli.Serving;
using FlashDiffusion.Client;

namespace FlashDiffusion.Cli.Commands;

/// <summary>Where the server is, how long it may take, and who asks.</summary>
internal sealed class ConnectionOptions
{
    public const string DefaultAddress = "http://127.0.0.1:8001";

    public const string KeyVariable = "FLASHDIFFUSION_API_KEY";

    private readonly Option<double?> _timeout = new Option<double?>("--timeout")
    {
        Description = "Longest time for each call, in seconds. A server that would need longer takes a shorter trajectory. Catalog calls: 60; reconstructions: none.",
        HelpName = "SECONDS",
    }.Between(0.001, 86400, "seconds");

    private readonly Option<FileInfo?> _key = new("--api-key-file")
    {
        Description = $"File with the key for a server that asks for one; the environment variable {KeyVariable} if not given.",
        HelpName = "FILE",
    };

    private readonly Option<string[]> _address = new("--address")
    {
        Description = "The server, host:port, http(s)://host:port, or dns:///host:port for all of a name; repeated, servers that do the same work.",
        DefaultValueFactory = _ => [DefaultAddress],
        HelpName = "ADDRESS",
    };

    private readonly TlsOptions _tls = new();

    public void AddTo(Command command)
    {
        command.Add(_address);
        command.Add(_timeout);
        command.Add(_key);
        _tls.AddTo(command);
    }

    public FlashClient Connect(ParseResult parsed, ResumePolicy? resume = null) => Connect(parsed.GetRequiredValue(_address), Options(parsed, resume));

    /// <summary>Opens the one server of a command that starts its own if none answers.</summary>
    /// <param name="parsed">The command line.</param>
    /// <param name="model">The model that must be ready; empty for the server's default.</param>
    /// <param name="logFolder">Folder for the log of a started server.</param>
    /// <param name="display">Shows the waiting.</param>
    /// <param name="cancellation">Ends the waiting, and the started server.</param>
    public Task<ServerSession> OpenAsync(ParseResult parsed, string model, string logFolder, IDisplay display, CancellationToken cancellation) =>
        ServerSession.OpenAsync(Single(parsed), IsDefault(parsed), Options(parsed), model, logFolder, display, cancellation);

    private string Single(ParseResult parsed) => parsed.GetRequiredValue(_address) is [var address]
        ? address
        : throw CliException.Usage("--address: this command uses one server.");

    // Whether the user named none.
    private bool IsDefault(ParseResult parsed) => parsed.GetResult(_address) is null or { Implicit: true };

    private FlashClientOptions Options(ParseResult parsed, ResumePolicy? resume = null)
    {
        var options = new FlashClientOptions { ApiKey = Key(parsed), ConfigureHandler = _tls.Read(parsed) };
        var addresses = parsed.GetRequiredValue(_address);
        if (options.ConfigureHandler is not null && !addresses.Any(address => address.StartsWith("https:", StringComparison.OrdinalIgnoreCase)))
        {
            throw CliException.Usage($"--ca-file, --cert-file and --cert-key-file are for https, and {string.Join(", ", addresses)} is in cleartext: write --address https://HOST:PORT.");
        }

        options = resume is null ? options : options with { Resume = resume };
        return parsed.GetValue(_timeout) is { } seconds
            ? options with { UnaryTimeout = TimeSpan.FromSeconds(seconds), ReconstructTimeout = TimeSpan.FromSeconds(seconds) }
            : options;
    }

    public static FlashClient Connect(IReadOnlyList<string> addresses, FlashClientOptions options)
    {
        try
        {
            return FlashClient.Connect(addresses, options);
        }
        catch (ArgumentException exception)
        {
            // Without what .NET adds for programmers.
            throw CliException.Usage($"--address: {exception.Message.Split(" (Parameter ")[0]}");
        }
    }

    private string? Key(ParseResult parsed)
    {
        if (parsed.GetValue(_key) is not { } file)
        {
            return Environment.GetEnvironmentVariable(KeyVariable) is { Length: > 0 } key ? key : null;
        }

        var text = file.Exists ? File.ReadAllText(file.FullName).Trim() : throw CliException.Usage($"--api-key-file: there is no file {file.FullName}.");
        return text.Length > 0 && !text.Any(char.IsControl) ? text : throw CliException.Usage($"--api-key-file: {file.FullName} holds no key: one line is expected.");
    }
}
