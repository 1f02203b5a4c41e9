namespace FlashDiffusion.Server.Security.Callers;

/// <summary>Names of the ways in which a caller proves who he is; the first part of a caller's name.</summary>
internal static class CallerSchemes
{
    public const string Any = "caller";
    public const string ApiKey = "key";
    public const string Jwt = "jwt";
    public const string Certificate = "certificate";

    private const string Prefix = "Bearer ";

    /// <summary>The token in the request's authorization; null if there is none.</summary>
    public static string? TokenOf(HttpRequest request)
    {
        var header = request.Headers.Authorization;
        return header.Count == 1 && header[0] is { } value && value.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) && value.Length > Prefix.Length
            ? value[Prefix.Length..].Trim()
            : null;
    }

    /// <summary>Whether a token looks like a JSON Web Token: three parts.</summary>
    public static bool IsJwt(string token) => token.Count(character => character == '.') == 2;
}
