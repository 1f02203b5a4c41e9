using System.Security.Claims;
using FlashDiffusion.Server.Configuration;
using FlashDiffusion.Server.Security.Files;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace FlashDiffusion.Server.Security.Callers;

/// <summary>Which JSON Web Tokens are accepted: signed by the issuer, for this audience, in their time, with a subject.</summary>
internal sealed class JwtSetup(IOptions<AccessOptions> access, IServiceProvider services) : IConfigureNamedOptions<JwtBearerOptions>
{
    private static readonly TimeSpan ClockSkew = TimeSpan.FromSeconds(30);

    private static readonly string[] RightClaims = ["scope", "scp", "roles"];

    // Public keys only: with a symmetric algorithm a public key would be a password that everybody knows.
    private static readonly string[] Algorithms =
    [
        SecurityAlgorithms.RsaSha256, SecurityAlgorithms.RsaSha384, SecurityAlgorithms.RsaSha512,
        SecurityAlgorithms.RsaSsaPssSha256, SecurityAlgorithms.RsaSsaPssSha384, SecurityAlgorithms.RsaSsaPssSha512,
        SecurityAlgorithms.EcdsaSha256, SecurityAlgorithms.EcdsaSha384, SecurityAlgorithms.EcdsaSha512,
    ];

    public void Configure(JwtBearerOptions options) => Configure(CallerSchemes.Jwt, options);

    public void Configure(string? name, JwtBearerOptions options)
    {
        if (name != CallerSchemes.Jwt)
        {
            return;
        }

        options.MapInboundClaims = false;
        options.IncludeErrorDetails = false;
        options.SaveToken = false;
        options.TokenValidationParameters = new TokenValidationParameters
        {
            ValidIssuer = access.Value.JwtIssuer,
            ValidAudience = access.Value.JwtAudience,
            ValidAlgorithms = Algorithms,
            RequireExpirationTime = true,
            RequireSignedTokens = true,
            ClockSkew = ClockSkew,
            NameClaimType = CallerClaims.Name,
            AuthenticationType = CallerSchemes.Jwt,
        };
        if (access.Value.JwtKeysFile.Length > 0)
        {
            var keys = services.GetRequiredService<Rotating<JwtKeys>>();
            options.TokenValidationParameters.IssuerSigningKeyResolver = (_, _, _, _) => keys.Current.All;
        }
        else
        {
            options.Authority = access.Value.JwtIssuer;
            options.BackchannelTimeout = IssuerKeys.Limit;
        }

        options.Events = new JwtBearerEvents { OnMessageReceived = FindKeysAsync, OnTokenValidated = Accept };
    }

    private async Task FindKeysAsync(MessageReceivedContext context)
    {
        if (context.Options.ConfigurationManager is { } issuer && CallerSchemes.TokenOf(context.Request) is { } token && CallerSchemes.IsJwt(token)
            && !await services.GetRequiredService<IssuerKeys>().AreThereAsync(issuer, context.HttpContext.RequestAborted))
        {
            context.Fail(new IssuerUnreachableException());
        }
    }

    private Task Accept(TokenValidatedContext context)
    {
        if (context.Principal?.Identity is not ClaimsIdentity { Name.Length: > 0 } identity)
        {
            // Callers without a name would all be one.
            context.Fail("The token has no subject.");
            return Task.CompletedTask;
        }

        // What the token calls a right is the issuer's word; ours are given here.
        var caller = new ClaimsIdentity([new Claim(CallerClaims.Name, identity.Name)], CallerSchemes.Jwt, CallerClaims.Name, roleType: null);
        CallerClaims.Allow(caller, identity.Claims.Any(claim => RightClaims.Contains(claim.Type) && claim.Value.Split(' ').Contains(access.Value.AdminScope)));
        context.Principal = new ClaimsPrincipal(caller);
        return Task.CompletedTask;
    }
}
