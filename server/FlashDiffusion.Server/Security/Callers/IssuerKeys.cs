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

    private readonly Lock _lock = new();
    private Task<bool>? _asking;
    private long _answered;
    private bool _failed;

    /// <summary>Asks the issuer, at most once at a time and in each pause, until it has told them.</summary>
    public Task<bool> AreThereAsync(IConfigurationManager<OpenIdConnectConfiguration> issuer)
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
        try
        {
            await issuer.GetConfigurationAsync(CancellationToken.None);
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
                Log.IssuerUnreachable(logger, access.Value.JwtIssuer, exception.GetBaseException().Message);
            }

            _answered = time.GetTimestamp();
            return false;
        }
    }
}
