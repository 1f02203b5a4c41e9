using System.Security.Cryptography;
using Microsoft.IdentityModel.Tokens;

namespace FlashDiffusion.Server.Security.Callers;

/// <summary>The public keys of an issuer.</summary>
/// <param name="All">At least one.</param>
internal sealed record JwtKeys(IReadOnlyList<SecurityKey> All)
{
    /// <summary>Reads a JSON Web Key Set, or public keys in PEM one after the other.</summary>
    public static JwtKeys? Parse(string text, out string problem)
    {
        problem = "it has neither a JSON Web Key Set nor a public key in PEM.";
        try
        {
            var keys = text.AsSpan().TrimStart().StartsWith('{') ? JsonWebKeySet.Create(text).GetSigningKeys() : [.. FromPem(text)];
            if (keys.Any(key => key is SymmetricSecurityKey))
            {
                problem = "it has a symmetric key; only public keys are accepted.";
                return null;
            }

            return keys.Count == 0 ? null : new JwtKeys([.. keys]);
        }
        catch (Exception exception) when (exception is ArgumentException or CryptographicException or System.Text.Json.JsonException or FormatException)
        {
            return null;
        }
    }

    private static IEnumerable<SecurityKey> FromPem(string text)
    {
        for (var rest = text; PemEncoding.TryFind(rest, out var found); rest = rest[found.Location.End..])
        {
            var block = rest[found.Location];
            if (block.StartsWith("-----BEGIN PUBLIC KEY", StringComparison.Ordinal))
            {
                yield return Key(block);
            }
        }
    }

    private static SecurityKey Key(string block)
    {
        var rsa = RSA.Create();
        try
        {
            rsa.ImportFromPem(block);
            return new RsaSecurityKey(rsa);
        }
        catch (CryptographicException)
        {
            rsa.Dispose();
            var curve = ECDsa.Create();
            curve.ImportFromPem(block);
            return new ECDsaSecurityKey(curve);
        }
    }
}
