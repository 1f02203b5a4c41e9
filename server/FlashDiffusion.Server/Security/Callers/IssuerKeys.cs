using FlashDiffusion.Server.Configuration;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace FlashDiffusion.Server.Security.Callers;

/// <summary>
/// Whether the issuer has told its keys. The framework only finds none then, and takes good tokens for bad ones. It keeps those that it has had, also while the
/// issuer is away.
/// </summary>
internal sealed class IssuerKeys(IOptions<AccessOptions> access, TimeProvider time, ILogger<IssuerKeys> logger)
{
    /// <summary>Time between two questions, and what callers are told to wait.</summary>
    public static readonly TimeSpan Pause = TimeSpan.FromSeconds(2);

    /// <summary>
    /// Time for an answer: every caller waits that long where a firewall swallows the question. The framework's is a minute for each of two files.
    /// </summary>
    public static readonly TimeSpan Limit = TimeSpan.FromSeconds(10);

    private readonly Lock _lock = new();
    private Task<bool>? _asking;
    private long _answered;
    private bool _failed;

    /// <summary>Asks the issuer, at most once at a time and in each pause, until it has told them.</summary>
    /// <param name="issuer">The issuer.</param>
    /// <param name="gone">Cancelled when the caller went away: then it waits no more, and is told false.</param>
    public async Task<bool> AreThereAsync(IConfigurationManager<OpenIdConnectConfiguration> issuer, CancellationToken gone)
    {
        try
        {
            return await Asking(issuer).WaitAsync(gone);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    private Task<bool> Asking(IConfigurationManager<OpenIdConnectConfiguration> issuer)
    {
        lock (_lock)
        {
            if (_asking is null || (_asking is { IsCompleted: true, Result: false } && time.GetElapsedTime(_answered) >= Pause))
            {
                _asking = AskAsync(issuer);
            }

            return _asking;
        }
    }

    private async Task<bool> AskAsync(IConfigurationManager<OpenIdConnectConfiguration> issuer)
    {
        // Not under the lock, and for all who wait, whoever goes away.
        await Task.Yield();
        using var limit = new CancellationTokenSource(Limit, time);
        try
        {
            // The framework's own downloads do not end by a token.
            await issuer.GetConfigurationAsync(limit.Token).WaitAsync(limit.Token);
            if (_failed)
            {
                Log.IssuerReached(logger, access.Value.JwtIssuer);
            }

            return true;
        }
#pragma warning disable CA1031 // Whatever keeps it from answering, its tokens can't be looked at.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            if (!_failed)
            {
                _failed = true;
                Log.IssuerUnreachable(logger, access.Value.JwtIssuer, limit.IsCancellationRequested ? $"No answer in {Limit.TotalSeconds} s." : exception.GetBaseException().Message);
            }

            _answered = time.GetTimestamp();
            return false;
        }
    }
}
