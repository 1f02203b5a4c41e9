using System.Security.Claims;

namespace FlashDiffusion.Server.Security.Callers;

/// <summary>What the server knows of a caller, whatever proved it.</summary>
internal static class CallerClaims
{
    public const string Name = "sub";
    private const string Right = "flashdiffusion.right";
    private const string Admin = "admin";

    /// <summary>The identity of a caller.</summary>
    /// <param name="kind">What proved it; names of different kinds never meet.</param>
    /// <param name="name">The caller.</param>
    /// <param name="isAdmin">Whether it may administer.</param>
    public static ClaimsPrincipal Of(string kind, string name, bool isAdmin)
    {
        var identity = new ClaimsIdentity([new Claim(Name, name)], kind, Name, roleType: null);
        Allow(identity, isAdmin);
        return new ClaimsPrincipal(identity);
    }

    /// <summary>Whether a caller may administer.</summary>
    public static bool IsAdmin(ClaimsPrincipal caller) => caller.HasClaim(claim => claim.Type == Right && claim.Issuer == ClaimsIdentity.DefaultIssuer && claim.Value == Admin);

    /// <summary>Says whether a caller may administer.</summary>
    public static void Allow(ClaimsIdentity identity, bool isAdmin)
    {
        if (isAdmin)
        {
            identity.AddClaim(new Claim(Right, Admin));
        }
    }
}
