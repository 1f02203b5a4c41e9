using System.Net;
using FlashDiffusion.Cli.Commands;
using FlashDiffusion.Cli.Display;
using FlashDiffusion.Client;
using FlashDiffusion.V1;

namespace FlashDiffusion.Cli.Serving;

/// <summary>A ready server: one that was running already, or one that is started here and ends with the session.</summary>
internal sealed class ServerSession : IAsyncDisposable
{
    // Long for a catalog, short for something mute that holds the port.
    private static readonly TimeSpan ProbeTimeout = TimeSpan.FromSeconds(5);

    private readonly ServerProcess? _process;

    private ServerSession(FlashClient client, Model model, ServerProcess? process) => (Client, Model, _process) = (client, model, process);

    public FlashClient Client { get; }

    /// <summary>The model that the request asks for.</summary>
    public Model Model { get; }

    /// <summary>The log of a server started here.</summary>
    public string? LogPath => _process?.LogPath;

    /// <param name="address">Where the server is, or shall be if it is on this machine.</param>
    /// <param name="isDefaultAddress">The user named no address, so another port will do.</param>
    /// <param name="options">Limits of the client.</param>
    /// <param name="model">The model that must be ready; empty for the server's default.</param>
    /// <param name="logFolder">Folder for the log of a started server.</param>
    /// <param name="display">Shows the waiting.</param>
    /// <param name="cancellation">Ends the waiting, and the started server.</param>
    public static async Task<ServerSession> OpenAsync(
        string address, bool isDefaultAddress, FlashClientOptions options, string model, string logFolder, IDisplay display, CancellationToken cancellation)
    {
        var client = ConnectionOptions.Connect([address], options);
        ServerProcess? process = null;
        try
        {
            using var probe = ConnectionOptions.Connect([address], options with { UnaryTimeout = ProbeTimeout });
            if (!await ServerReadiness.AnswersAsync(probe, cancellation).ConfigureAwait(false))
            {
                var port = ChoosePort(client.Address, isDefaultAddress);
                client.Dispose();
                client = FlashClient.Connect(FormattableString.Invariant($"http://127.0.0.1:{port}"), options);
                process = ServerProcess.Start(ServerFiles.Find(AppContext.BaseDirectory), port, Path.Combine(logFolder, "server.log"));
            }

            var what = process is null ? $"using the server at {client.Address}" : $"starting a server at {client.Address}";
            var ready = await display.WaitAsync(
                what, () => ServerReadiness.WaitAsync(client, model, process, cancellation)).ConfigureAwait(false);
            return new ServerSession(client, ready, process);
        }
        catch
        {
            client.Dispose();
            if (process is not null)
            {
                await process.DisposeAsync().ConfigureAwait(false);
            }

            throw;
        }
    }

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (_process is not null)
        {
            await _process.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static int ChoosePort(Uri address, bool isDefaultAddress)
    {
        var local = address.IsLoopback || (IPAddress.TryParse(address.Host, out var ip) && IPAddress.IsLoopback(ip));
        if (!local || address.Scheme != "http")
        {
            throw new CliException($"No FlashDiffusion server answers at {address}: start one there, or leave --address out to start one here.", ExitCode.Unavailable);
        }

        if (LocalPort.IsFree(address.Port))
        {
            return address.Port;
        }

        return isDefaultAddress
            ? LocalPort.AnyFree()
            : throw new CliException($"Port {address.Port} is held by something that is no FlashDiffusion server: give another --address.", ExitCode.Unavailable);
    }
}
