using Microsoft.IdentityModel.Protocols;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace FlashDiffusion.Server.Tests.Security;

/// <summary>An issuer behind a firewall that swallows every question; like the framework's, it does not end by a token.</summary>
internal sealed class SilentIssuer : IConfigurationManager<OpenIdConnectConfiguration>
{
    private readonly TaskCompletionSource _asked = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends with the first question.</summary>
    public Task Asked => _asked.Task;

    public Task<OpenIdConnectConfiguration> GetConfigurationAsync(CancellationToken cancel)
    {
        _asked.TrySetResult();
        return new TaskCompletionSource<OpenIdConnectConfiguration>().Task;
    }

    public void RequestRefresh()
    {
    }
}
