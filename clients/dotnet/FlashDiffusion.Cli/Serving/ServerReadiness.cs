using FlashDiffusion.Client;
using FlashDiffusion.V1;

namespace FlashDiffusion.Cli.Serving;

/// <summary>Asks a server until it can work.</summary>
internal static class ServerReadiness
{
    private const string StartingReason = "SERVER_STARTING";
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    /// <summary>Whether a FlashDiffusion server is there, ready or not.</summary>
    public static async Task<bool> AnswersAsync(FlashClient client, CancellationToken cancellation)
    {
        try
        {
            await client.ListModelsAsync(cancellation).ConfigureAwait(false);
            return true;
        }
        catch (FlashException exception)
        {
            return exception.Reason.Length > 0;
        }
    }

    /// <summary>Waits for a model.</summary>
    /// <param name="client">The server.</param>
    /// <param name="name">The model; empty for the default one.</param>
    /// <param name="process">The server's process if it was started here.</param>
    /// <param name="cancellation">Ends the waiting.</param>
    public static async Task<Model> WaitAsync(FlashClient client, string name, ServerProcess? process, CancellationToken cancellation)
    {
        using var patience = new CancellationTokenSource(Patience);
        while (!patience.IsCancellationRequested)
        {
            if (process is { HasExited: true })
            {
                throw new CliException(process.Obituary());
            }

            if (await LookAsync(client, name, process is not null, cancellation).ConfigureAwait(false) is { } model)
            {
                return model;
            }

            await Task.Delay(Pause, cancellation).ConfigureAwait(false);
        }

        throw new CliException($"The server at {client.Address} was not ready after {Patience.TotalMinutes} minutes{LogOf(process)}.", ExitCode.Unavailable);
    }

    private static string LogOf(ServerProcess? process) => process is null ? "" : $" (log: {process.LogPath})";

    private static async Task<Model?> LookAsync(FlashClient client, string name, bool starting, CancellationToken cancellation)
    {
        ListModelsResponse answer;
        try
        {
            answer = await client.ListModelsAsync(cancellation).ConfigureAwait(false);
        }
        catch (FlashException exception) when (exception.Reason == StartingReason || (starting && exception.Reason.Length == 0))
        {
            return null;
        }

        var wanted = name.Length > 0 ? name : answer.DefaultModel;
        var versions = answer.Models.Where(model => wanted.Length == 0 || model.Name == wanted).ToArray();
        if (versions.FirstOrDefault(model => model.State == ServingState.Ready) is { } ready)
        {
            return ready;
        }

        if (versions.Any(model => model.State == ServingState.Loading))
        {
            return null;
        }

        if (versions.FirstOrDefault(model => model.State == ServingState.Failed) is { } failed)
        {
            throw new CliException($"The server at {client.Address} could not load the model '{failed.Name}': {failed.Reason}");
        }

        if (answer.Models.Count == 0)
        {
            throw new CliException($"The server at {client.Address} has no model: its option --models names the folder with the model repository.");
        }

        var known = string.Join(", ", answer.Models.Select(model => model.Name).Distinct());
        throw new CliException($"The server at {client.Address} has no model '{wanted}': it has {known}.", ExitCode.Refused);
    }
}
