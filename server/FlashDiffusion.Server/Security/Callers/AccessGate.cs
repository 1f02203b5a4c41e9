using System.Security.Claims;
using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Errors;
using FlashDiffusion.Server.Hosting;
using Grpc.Core;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace FlashDiffusion.Server.Security.Callers;

/// <summary>Asks who calls, before anything of a request's body is read.</summary>
internal sealed class AccessGate(IOptions<AccessOptions> access, IOptions<TlsOptions> tls, ILogger<AccessGate> logger)
{
    /// <summary>Whether callers are asked who they are.</summary>
    public static bool IsOn(AccessOptions access, TlsOptions tls) => access.AsksForTokens || tls.ClientAuthorities.Length > 0;

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        var need = AccessNeeds.Of(context.GetEndpoint());
        if (IsOn(access.Value, tls.Value) && need != AccessNeed.Open)
        {
            var answer = await context.AuthenticateAsync(CallerSchemes.Any);
            if (answer.Principal is not { } caller)
            {
                await RefuseAsync(context, answer.Failure is IssuerUnreachableException ? NoKeys : Unknown(answer.Failure is not null), answer.Failure?.GetType().Name ?? "nothing shown");
                return;
            }

            context.User = caller;
            if (need == AccessNeed.Admin && !CallerClaims.IsAdmin(caller))
            {
                await RefuseAsync(context, NotAdmin, caller.Identity?.Name ?? "");
                return;
            }
        }
        else
        {
            // Whatever the framework thinks of an unchecked caller, he is nobody.
            context.User = new ClaimsPrincipal(new ClaimsIdentity());
        }

        await next(context);
    }

    private static ServerError NotAdmin { get; } = new()
    {
        Code = StatusCode.PermissionDenied,
        Reason = ErrorReasons.AdminOnly,
        Message = "This method needs the right to administer, which the key, token or certificate of this call does not give.",
    };

    // Neither good nor bad: told as what it is, clients come again, or ask another server.
    private static ServerError NoKeys { get; } = new()
    {
        Code = StatusCode.Unavailable,
        Reason = ErrorReasons.IssuerUnreachable,
        Message = "The issuer of this server's tokens could not be asked for its keys, so the token of this call can't be checked; the server's log says why.",
        RetryAfter = IssuerKeys.Pause,
    };

    private ServerError Unknown(bool shown) => new()
    {
        Code = StatusCode.Unauthenticated,
        Reason = shown ? ErrorReasons.CredentialsInvalid : ErrorReasons.CredentialsMissing,
        Message = access.Value.AsksForTokens
            ? shown ? "The key or token of this call is not valid here: unknown, expired or meant for another service." : "This server asks for a key or a token: send 'authorization: Bearer KEY'."
            : "This server asks for a client certificate of an authority that it trusts.",
    };

    private async Task RefuseAsync(HttpContext context, ServerError error, string detail)
    {
        Log.AccessRefused(logger, EndpointRoleFeature.Of(context), context.Connection.RemoteIpAddress?.ToString() ?? "", error.Reason, detail);
        await Refusal.WriteAsync(context, error);
    }
}
